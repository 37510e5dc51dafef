"""Regenerates `templates.json` beside this file: chat templates and what Jinja makes of them.

    pip install -r requirements.txt    # jinja2 3.1.6
    python templates.py                # deterministic: a rerun writes identical bytes

The environment is the one in which chat templates are rendered everywhere: `trim_blocks`, `lstrip_blocks`, a
sandbox, `raise_exception`, `strftime_now`, `generation`, and `tojson` without escapes for HTML. A case without `output` must be refused.
"""
import json
import random
from datetime import datetime
from pathlib import Path

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise TemplateError(message)


class Generation(Extension):
    """`{% generation %}`, which marks what a model says, as a call of its body."""
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("said"), [], [], body).set_lineno(line)

    def said(self, caller):
        return caller()


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = datetime(2025, 3, 9, 14, 5, 7).strftime

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


# What the templates of later families do, a feature or two each.
FEATURES = [
    "{%- macro turn(m, open='<|', close='|>') -%}{{ open ~ m.role ~ close }}{{ m.content | trim }}{%- endmacro -%}"
    "{% for m in messages %}{{ turn(m, close=']') }}\n{% endfor %}",
    "{%- macro inner(x) -%}[{{ x }}]{%- endmacro -%}{%- macro outer(x, y=x ~ '!') -%}{{ inner(y) }}{%- endmacro -%}"
    "{{ outer('a') }}{{ outer('a', 'b') }}{{ outer() }}",
    "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(5) }}{{ f(x=2) }}",
    "{% macro f() %}{{ varargs | join }}{{ kwargs | tojson }}{% endmacro %}{{ f(1, 2, a=3) }}",
    "{% macro f(x) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(x) %}{% endmacro %}{{ f(y=2) }}",
    "{% macro f(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) f(1) %}{{ y }}{{ messages[0].role }}{% endcall %}",
    "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join('|') }}",
    "{{ messages | rejectattr('role', 'in', ['user', 'tool']) | list | length }}{{ [1, 0, 2] | select | join }}",
    "{% set users = messages | selectattr('role', 'eq', 'user') %}{{ users | list | length }}{{ users | list | length }}",
    "{{ ['a', 'b'] | map('upper') | join }}{{ [3, 1, 2] | sort(reverse=true) | join }}{{ ['b', 'a', 'B'] | unique | join }}",
    "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ loop.index }}"
    "{% if m.role == 'assistant' %}{% break %}{% endif %}{{ m.content }}{% endfor %}",
    "{{ strftime_now('%d %B %Y, %H:%M:%S %p') }}{{ strftime_now('%b %a %A %y') }}{{ strftime_now is defined }}",
    "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% set k = 1 %}{% endgeneration %}"
    "{{ k is defined }}{% endif %}{% endfor %}",
    "{{ messages[0].role is equalto 'system' }}{{ 6 is divisibleby 3 }}{{ 'a' is in ['a'] }}{{ 1 is not in [2] }}",
    "{{ 1 / 2 }} {{ 6 / 3 }} {{ 7 // 2.0 }} {{ 2 ** 10 }} {{ 0.1 + 0.2 }} {{ 1e3 }} {{ -1.5 | abs }} {{ -7.5 % 2 }}",
    "{{ 'a' * 3 }}{{ 2 * 'b' }}{{ [1] * 2 }}{{ '%s-%d' % ('a', 2) }}{{ '{}{x}'.format(1, x=2) }}",
    "{{ ['a', 1, none, true, 1.5, 'it\\'s', 'é\\n'] }}{{ {'k': ('v', 1)} }}{{ (1,) }}{{ messages[1] }}",
    "{{ messages | tojson(indent=2) }}{{ {'b': 1, 'a': []} | tojson(sort_keys=true, separators=(',', ':')) }}",
    "{{ 'é👍\\x7f' | tojson(ensure_ascii=true) }}{{ 1.5 | tojson }}{{ {1: none} | tojson }}",
    "{% set a, b = 1, 2 %}{{ a + b }}{% for x, (y, z) in [(1, (2, 3))] %}{{ x }}{{ y }}{{ z }}{% endfor %}",
    "{% set ns = namespace({'a': 1}, b=2) %}{% set ns.c = ns.a + ns.b %}{{ ns.c }}{{ dict(a=1).a }}",
    "{% with x = 1, y = 2 %}{{ x + y }}{% endwith %}{{ x is defined }}{% filter upper %}a{{ 'b' }}{% endfilter %}",
    "{% set x | trim | upper %} a {% set y = 1 %}{% endset %}{{ x }}{{ y is defined }}",
    "a\n  {% raw %} {{ x }} {% if %}\n{% endraw %}\nb {%- raw -%} c {%- endraw -%} d",
    "{% for m in [[1, [2]], [3]] recursive %}{{ loop.depth }}{% if m is iterable %}{{ loop(m) }}{% else %}{{ m }}{% endif %}{% endfor %}",
    "{% for m in messages %}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }}{{ loop.nextitem.role }}{% endfor %}",
    "{{ 'a,b,c'.split(',', maxsplit=1)[1] }}{{ 'a b c'.split(none, 1)[1] }}{{ 'a,b,c'.rsplit(',', 1) | join('|') }}",
    "{{ 'aaa'.replace('a', 'b', 2) }}{{ 'aaa' | replace('a', 'b', count=1) }}{{ 'aaa' | replace(old='a', new='c') }}",
    "{{ 'xax' | trim(chars='x') }}{{ ['a', 'b'] | join(d='-') }}{{ messages | join(', ', attribute='role') }}",
    "{{ 'abc'.startswith('b', 1) }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'abc'.find('c') }}{{ 'aba'.rfind('a') }}{{ 'aaa'.count('a') }}",
    "{{ 'ab'.strip(chars='a') }}", "{{ 'a'.upper(1) }}", "{{ [1] | first(1) }}", "{{ messages[0].get('x', default=1) }}",
    "{{ 'ab cd' | title }}{{ 'aB' | capitalize }}{{ \"it's\".title() }}{{ 'ΑΣ Σ' | lower }}{{ 'ß' | upper }}",
    "{{ 'a\\n\\nb' | indent(2) }}{{ 'a\\nb' | indent(width=1, first=true) }}{{ 'a\\nb'.splitlines() }}",
    "{{ '7' | int + 1 }}{{ 'x' | int(5) }}{{ '1.5' | float }}{{ 2.5 | round }}{{ 2.1 | round(method='ceil') }}{{ 3.7 | int }}",
    "{% for k, v in messages[0] | items %}{{ k }}={{ v }};{% endfor %}{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{% endfor %}",
    "{{ ('<' ~ ('a' | safe)) }}{{ {'a': 1} | tojson | safe }}{{ [1, 2, 3] | sum }}{{ [2, 1] | min }}{{ ['a', 'b'] | last }}",
    "a{#-#} b", "a {#--#} b", "a\u3000{%- if true -%}\u3000b{%- endif %}", "\u3000{% if true %}c{% endif %}", "a\u00a0{{- 1 -}}\u2003b",
    "{{ (messages[0].role, 'x') | join }}{{ 1 in (1, 2) }}{{ messages[0].role in ('user', 'system') }}{{ 'a' in missing }}",
    "{% if missing %}{{ missing.x.y(1) | nothing }}{% include 'x' %}{% endif %}", "{{ 1 if missing.x is defined else 2 }}",
    "{{ '' | default('x', boolean=true) }}{{ missing | default(value='z') }}", "{% break %}", "{{ 'a' + 1.5 }}", "{{ [] < 1 }}",
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
    except (TemplateError, TypeError, ValueError, SyntaxError, ZeroDivisionError):
        pass
    return result


generator = random.Random(1)
cases = [case(name, source, talk, prompt) for name, source in STYLES.items() for talk in TALKS for prompt in (True, False)]
cases += [case("expression", "{{ " + text + " }}", TALKS[1]) for text in EXPRESSIONS]
cases += [case("feature", text, TALKS[1]) for text in FEATURES]
cases += [case("body", text, TALKS[1]) for text in BODIES]
cases += [case("space", spaced(generator), TALKS[0]) for _ in range(200)]
Path(__file__).with_name("templates.json").write_text(
    json.dumps(cases, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n")
print(len(cases), "cases,", sum("output" not in case for case in cases), "refused")
