"""Regenerates `templates.json` beside this file: chat templates and what Jinja makes of them.

    pip install -r requirements.txt    # jinja2 3.1.6
    python templates.py                # deterministic: a rerun writes identical bytes

The environment is the one in which chat templates are rendered everywhere: `trim_blocks`, `lstrip_blocks`, a
sandbox, `raise_exception`, and `tojson` without escapes for HTML. A case without `output` must be refused.
"""
import json
import random
from pathlib import Path

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise TemplateError(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
environment.globals["raise_exception"] = raise_exception

# The styles of well-known families, each with the means by which its own template works.
STYLES = {
    "smollm2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "chatml": "{% for message in messages %}\n"
    "{{ '<|im_start|>' ~ message.role ~ '\\n' ~ message.content ~ '<|im_end|>\\n' }}\n"
    "{% endfor %}\n{% if add_generation_prompt %}\n{{ '<|im_start|>assistant\\n' }}\n{% endif %}\n",
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim"
    " + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
    "{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "llama3.1": "{{- bos_token }}\n{%- if custom_tools is defined %}\n    {%- set tools = custom_tools %}\n{%- endif %}\n"
    "{%- if not date_string is defined %}\n    {%- set date_string = \"26 Jul 2024\" %}\n{%- endif %}\n"
    "{%- if not tools is defined %}\n    {%- set tools = none %}\n{%- endif %}\n\n"
    "{#- The first message can be the system's. #}\n"
    "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content']|trim %}\n"
    "    {%- set messages = messages[1:] %}\n{%- else %}\n    {%- set system_message = \"\" %}\n{%- endif %}\n\n"
    "{{- \"<|start_header_id|>system<|end_header_id|>\\n\\n\" }}\n"
    "{%- if tools is not none %}\n    {{- tools | tojson(indent=4) }}\n{%- endif %}\n"
    "{{- \"Today Date: \" + date_string + \"\\n\\n\" }}\n{{- system_message }}\n{{- \"<|eot_id|>\" }}\n"
    "{%- for message in messages %}\n    {%- if not (message.role == 'ipython' or message.role == 'tool' or"
    " 'tool_calls' in message) %}\n        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+"
    " message['content'] | trim + '<|eot_id|>' }}\n    {%- elif message.role == \"tool\" %}\n"
    "        {{- \"<|start_header_id|>ipython<|end_header_id|>\\n\\n\" }}\n"
    "        {%- if message.content is mapping or message.content is iterable %}\n"
    "            {{- message.content | tojson }}\n        {%- else %}\n            {{- message.content }}\n"
    "        {%- endif %}\n        {{- \"<|eot_id|>\" }}\n    {%- endif %}\n{%- endfor %}\n"
    "{%- if add_generation_prompt %}\n    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\n{%- endif %}\n",
    "qwen2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content']}}{% if (loop.last and add_generation_prompt)"
    " or not loop.last %}{{ '<|im_end|>' + '\n'}}{% endif %}{% endfor %}{% if add_generation_prompt and"
    " messages[-1]['role'] != 'assistant' %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "qwen3": "{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}\n"
    "{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n"
    "    {%- if ns.multi_step_tool and message.role == \"user\" and not(message.content.startswith('<tool_response>')"
    " and message.content.endswith('</tool_response>')) %}\n        {%- set ns.multi_step_tool = false %}\n"
    "        {%- set ns.last_query_index = index %}\n    {%- endif %}\n{%- endfor %}\n"
    "{%- for message in messages %}\n    {%- if message.role == \"assistant\" %}\n"
    "        {%- set content = message.content %}\n        {%- set reasoning = '' %}\n"
    "        {%- if '</think>' in message.content %}\n"
    "            {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}\n"
    "            {%- set reasoning = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1]"
    ".lstrip('\\n') %}\n        {%- endif %}\n        {%- if loop.index0 > ns.last_query_index and reasoning %}\n"
    "            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' +"
    " content.lstrip('\\n') }}\n        {%- else %}\n            {{- '<|im_start|>' + message.role + '\\n' + content }}\n"
    "        {%- endif %}\n        {{- '<|im_end|>\\n' }}\n    {%- else %}\n"
    "        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    {%- endif %}\n"
    "{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n"
    "    {%- if enable_thinking is defined and enable_thinking is false %}\n"
    "        {{- '<think>\\n\\n</think>\\n\\n' }}\n    {%- endif %}\n{%- endif %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}"
    "{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "mistral": "{%- if messages[0]['role'] == 'system' -%}\n{%- set system_message = messages[0]['content'] -%}\n"
    "{%- set loop_messages = messages[1:] -%}\n{%- else -%}\n{%- set loop_messages = messages -%}\n{%- endif -%}\n\n"
    "{{ bos_token }}\n{%- for message in loop_messages -%}\n"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}\n"
    "{{ raise_exception('After the optional system message, roles must alternate') }}\n{%- endif -%}\n"
    "{%- if message['role'] == 'user' -%}\n{%- if loop.last and system_message is defined -%}\n"
    "{{ '[INST] ' + system_message + '\\n\\n' + message['content'] + ' [/INST]' }}\n{%- else -%}\n"
    "{{ '[INST] ' + message['content'] + ' [/INST]' }}\n{%- endif -%}\n{%- elif message['role'] == 'assistant' -%}\n"
    "{{ ' ' + message['content'] + eos_token }}\n{%- else -%}\n"
    "{{ raise_exception('Only user and assistant roles are supported!') }}\n{%- endif -%}\n{%- endfor -%}\n",
}

TALKS = [
    [("user", "Hi")],
    [("system", "Be brief."), ("user", "  What is 2 + 2?\n"), ("assistant", "4"), ("user", "Sure? é ☃ 👍🏽")],
    [("user", "a"), ("assistant", "<think>\nhm\n</think>\n\nb"), ("user", "c"), ("assistant", "<think>x</think>d")],
    [("user", "one"), ("user", "two")],
    [("user", ""), ("assistant", "")],
    [],
]

EXPRESSIONS = """
1 + 2 * 3 - 4 | string | length
-7 // 2 ~ ' ' ~ -7 % 3 ~ ' ' ~ 7 // -2 ~ ' ' ~ 7 % -3
'a' 'b' + "c\\n\\t\\\\\\'\\"\\x41\\u00e9\\q"
1 < 2 <= 2 != 3
1 == true and 'a' != 'b' or missing
not missing is defined
missing is defined or messages is iterable
'x' if false
'x' if missing else 'y' if true else 'z'
[1, 2, 3][-1] ~ [1, 2, 3][5] ~ 'abc'[1] ~ 'abc'[-1]
'abcdef'[1:4] ~ '|' ~ 'abcdef'[::-1] ~ '|' ~ 'abcdef'[-2:] ~ '|' ~ 'abcdef'[4:1:-1] ~ '|' ~ 'abcdef'[::3]
[3, 4, 5][1:] | join('-') ~ [3, 4, 5][::-2] | join('+')
{'a': 1, 'b': {'c': [true, none, 'é\\n']}} | tojson
{'a': 1}['a'] ~ {'a': 1}.a ~ {'a': 1}.b ~ {'a': 1}.get('b', 7) ~ {'a': 1}.get('b')
'a' in 'cat' and 'd' not in 'cat' and 2 in [1, 2] and 'k' in {'k': 1}
' x '.strip() ~ 'xxaxx'.strip('x') ~ '  a '.lstrip() ~ '|' ~ ' a  '.rstrip() ~ '|'
'a,b,,c'.split(',') | join(';') ~ ' a  b '.split() | join(';')
'aXbX'.replace('X', 'yy') ~ ('aXbX' | replace('X', ''))
'abc'.startswith('ab') ~ 'abc'.endswith('bc') ~ 'Straße É'.upper() ~ 'ÀB' | lower
missing | default('d') ~ '' | default('e') ~ '' | default('f', true) ~ none | default('g')
[] | length ~ 'é👍' | length ~ messages | length
true ~ false ~ none ~ missing
5 is odd and 4 is even and 'a' is string and 1 is number and none is none and {} is mapping and [] is sequence
[1, 2] == [1, 2] and {'a': 1} == {'a': 1} and 'é' != 'e\\u0301'
'abc' < 'abd' and 'a' < 'b' and 'Z' < 'a'
range(3) | join ~ range(1, 4) | join ~ range(5, 0, -2) | join
[1, 2] | first ~ [1, 2] | last ~ 'ab' | first
messages[0].role.upper() ~ messages[0]['content'] | length
[messages[0].role, 'x'] | join(', ')
-3 | string ~ - 3 ~ +3
(1 if 0) ~ 'a'
'%s' ~ "{{ }} {% %}"
missing.field
none.field ~ 'a'
'a' + 1
missing + 'a'
1 // 0
messages.role
'a' < 1
[1] | length > 0 and not []
namespace(a=1).a
raise_exception('no')
9223372036854775807 is integer
""".strip("\n").split("\n")

BODIES = [
    "{% for x in [1,2,3] %}{{ loop.index }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.previtem }},"
    "{% else %}none{% endfor %}{% for x in [] %}x{% else %}empty{% endfor %}",
    "{% set a = 1 %}{% for x in [1,2] %}{{ a }}{% set a = a + 1 %}{{ a }}{% endfor %}{{ a }}",
    "{% set ns = namespace(n=0) %}{% for m in messages if m.role == 'user' %}{% set ns.n = ns.n + 1 %}"
    "{{ loop.length }}{% endfor %}{{ ns.n }}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }} {% endfor %}",
    "{% set text %}a{{ 1 + 1 }}b{% endset %}[{{ text }}{{ text | length }}]",
    "{% if false %}a{% elif 0 %}b{% elif 'x' %}c{% else %}d{% endif %}",
    "{% for x in [1,2] %}{% if x == 1 %}{% set y = 5 %}{% endif %}{{ y is defined }}{% endfor %}{{ y is defined }}",
    "{% for a in [1,2] %}{% for b in 'xy' %}{{ a }}{{ b }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    "a\r\nb\rc\n\n", "a\n{# one #}\nb  {#- two -#}  c", "{% set x = {'a': {'b': 'c'}} %}{{ x.a.b }}{{ x['a']['b'] }}",
]


def spaced(generator):
    """Tags with every sign, between every kind of white space."""
    parts = []
    for _ in range(generator.randrange(1, 9)):
        parts.append(generator.choice(["", "a", " ", "\n", "  \n", "\n  ", "\n\n ", "\t", "x \n y", "\r\n"]))
        open_sign, close_sign = generator.choice(["", "-", "+"]), generator.choice(["", "-", "+"])
        parts.append(generator.choice([
            "{%" + open_sign + " if true " + close_sign + "%}T{%" + close_sign + " endif " + open_sign + "%}",
            "{%" + open_sign + " set q = 1 " + close_sign + "%}",
            "{{" + open_sign.replace("+", "") + " '*' " + close_sign.replace("+", "") + "}}",
            "{#" + open_sign + " c " + close_sign + "#}",
        ]))
    return "".join(parts) + generator.choice(["", "\n", " \n\n", " "])


def case(name, source, talk, prompt=True):
    messages = [{"role": role, "content": content} for role, content in talk]
    result = {"name": name, "source": source, "messages": messages, "prompt": prompt}
    try:
        result["output"] = environment.from_string(source).render(
            messages=messages, add_generation_prompt=prompt, bos_token="<s>", eos_token="</s>")
    except (TemplateError, TypeError, ZeroDivisionError):
        pass
    return result


generator = random.Random(1)
cases = [case(name, source, talk, prompt) for name, source in STYLES.items() for talk in TALKS for prompt in (True, False)]
cases += [case("expression", "{{ " + text + " }}", TALKS[1]) for text in EXPRESSIONS]
cases += [case("body", text, TALKS[1]) for text in BODIES]
cases += [case("space", spaced(generator), TALKS[0]) for _ in range(200)]
Path(__file__).with_name("templates.json").write_text(
    json.dumps(cases, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n")
print(len(cases), "cases,", sum("output" not in case for case in cases), "refused")
