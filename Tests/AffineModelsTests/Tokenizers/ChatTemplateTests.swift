import AffineModels
import AffineTestSupport
import Foundation
import Testing

@Suite struct ChatTemplateTests {
  /// A template and what Jinja makes of it, or nothing where it refuses; from `Golden/templates.py`.
  struct Case: Decodable {
    struct Message: Decodable {
      let role, content: String
    }

    let name, source: String
    let messages: [Message]
    let prompt: Bool
    let output: String?

    func render() throws -> String {
      try ChatTemplate(source).render(
        messages: messages.map { ChatMessage(role: $0.role, content: $0.content) },
        addGenerationPrompt: prompt, bosToken: "<s>", eosToken: "</s>",
        at: CivilTime(year: 2025, month: 3, day: 9, hour: 14, minute: 5, second: 7))
    }
  }

  static func cases() throws -> [Case] {
    try JSONDecoder().decode(
      [Case].self,
      from: Data(contentsOf: TokenGolden.folder.appending(path: "Golden/templates.json")))
  }

  @Test func templatesAreRenderedAsByJinja() throws {
    let cases = try Self.cases()
    #expect(cases.count == 402)
    for item in cases {
      guard let output = item.output else {
        #expect(throws: TemplateError.self, "\(item.source)") { try item.render() }
        continue
      }
      #expect(throws: Never.self, "\(item.source)") {
        let found = try item.render()
        #expect(Array(found.utf8) == Array(output.utf8), "\(item.source.debugDescription)")
      }
    }
  }

  @Test(arguments: [
    ("{% block a %}{% endblock %}", TemplateError.unsupported("the statement 'block'")),
    ("{{ nothing('%d') }}", .unsupported("the function 'nothing'")),
    ("{{ strftime_now('%Q') }}", .unsupported("the format of a time '%Q'")),
    ("{{ 'a' | pretty }}", .unsupported("the filter 'pretty'")),
    ("{{ 'a'.zfill(2) }}", .unsupported("the method 'zfill' of a string")),
    ("{{ 1 is prime }}", .unsupported("the test 'prime'")),
    ("{{ messages.append }}", .unsupported("the attribute 'append' of a list")),
    ("{{ {}.items }}", .unsupported("the attribute 'items' of a dictionary")),
    ("{{ ('a' | safe) + '<' }}", .unsupported("'+' after the filter 'safe'")),
    ("{{ raise_exception }}", .unsupported("writing the function 'raise_exception'")),
    ("{{ 'a' | upper(1) }}", .type("upper takes 0 arguments, not 1")),
    ("{{ 'a' | trim(character='a') }}", .type("trim takes no argument 'character'")),
    ("{{ [1] | map('\u{e9}') | list }}", .type("map by '\u{e9}'")),
    ("{{ 1.5 | round(0, '\u{e9}') }}", .type("round by '\u{e9}'")),
    ("{{ missing.x }}", .undefined("missing")),
    ("{{ raise_exception('no ' ~ 1) }}", .raised("no 1")),
    ("{{ 9223372036854775807 + 1 }}", .unsupported("a whole number beyond 64 bits")),
    ("a\n{% if x %}", .syntax("'endif' is missing", line: 2)),
    ("a\n\n{{ ", .syntax("a tag is begun and not ended", line: 3)),
  ])
  func whatIsMissingIsNamed(_ source: String, _ error: TemplateError) {
    #expect(throws: error) { try ChatTemplate(source).render(messages: []) }
  }

  /// The message is named only where a conversation comes to it.
  @Test func whatIsNotReachedIsNotNeeded() throws {
    let template = try ChatTemplate("{% if tools %}{{ tools | pretty }}{% endif %}a")
    #expect(try template.render(messages: []) == "a")
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
      "{{ range(999999999999) | length }}",
      "{% set ns = namespace(x='aa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x.replace('a', 'aaa') %}{% endfor %}",
      "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      String(repeating: "{{ ", count: 5000) + String(repeating: "}}", count: 5000),
      "{{ " + String(repeating: "(", count: 100_000),
      "{{ " + String(repeating: "not ", count: 100_000) + "1 }}",
      "{{ " + String(repeating: "-", count: 100_000) + "1 }}",
      String(repeating: "{% if 1 %}", count: 10_000)
        + String(repeating: "{% endif %}", count: 10_000),
      "{{ 1" + String(repeating: " if 1 else 1", count: 50_000).replacing("else 1", with: "else (1")
        + " }}",
      "{{ 'a' * 1000000000 }}", "{{ [1] * 1000000000 }}", "{{ 'a' | indent(1000000000) }}",
      "{% set a = [1] %}" + String(repeating: "{% set a = [a, a] %}", count: 60)
        + "{{ a | tojson }}",
      "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
      "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
      "{% set t = 'a' %}" + String(repeating: "{% set t = t ~ t %}", count: 19)
        + "{% for i in range(999) %}{% if t.strip(t ~ 'b') %}{% endif %}{% endfor %}",
      "{% set d = {"
        + (0..<400).map { "'\(String(repeating: "k", count: 96))\($0 + 1000)': 1" }
        .joined(separator: ",") + "} %}{% for i in range(1000000) %}{% if d['"
        + String(repeating: "k", count: 96) + "zzzz'] %}{% endif %}{% endfor %}",
      "{% for i in range(100000000) %}{% endfor %}{# " + String(repeating: "x", count: 1_000_000)
        + " #}",
      "{% set a = (1,) %}{% set b = (1,) %}"
        + String(repeating: "{% set a = (a, a) %}{% set b = (b, b) %}", count: 40)
        + "{{ {a: 1}[b] }}",
      "{{ 1 }}" + String(repeating: "{% raw %}", count: 100_000),
      "{% set t = '1' %}" + String(repeating: "{% set t = t ~ t %}", count: 17)
        + "{% for i in range(1000000) %}{% set x = t|int %}{% endfor %}",
      "{% set t = '1' %}" + String(repeating: "{% set t = t ~ t %}", count: 17)
        + "{% for i in range(1000000) %}{% set x = t is lower %}{% endfor %}",
    ])
  func nothingGrowsWithoutEnd(_ source: String) {
    #expect(throws: TemplateError.self) { try ChatTemplate(source).render(messages: []) }
  }

  /// Chains are as long as one likes, for they are not deep.
  @Test func longChainsAreFine() throws {
    let sum = "{{ 0" + String(repeating: " + 1", count: 20_000) + " }}"
    #expect(try ChatTemplate(sum).render(messages: []) == "20000")
    let filters = "{{ ' a '" + String(repeating: "|trim", count: 20_000) + " }}"
    #expect(try ChatTemplate(filters).render(messages: []) == "a")
  }

  /// Templates come from anywhere: bytes changed, cut, doubled and moved; none may trap.
  @Test(arguments: 0..<16 as Range<UInt64>)
  func brokenTemplatesAreRefusedOrRendered(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func draw(_ count: Int) -> Int { count == 0 ? 0 : Int(random.next() % UInt64(count)) }
    let sources = try Self.cases().map { Array($0.source.utf8) }
    let tags = [
      "{%", "%}", "{{", "}}", "{#", "#}", "-%}", "'", "\"", "(", ")", "[", "]", "::", "|", ".",
      "not ", "-",
      "9223372036854775807", " if ", " in ", "\\", "\u{0}", "é", "is ", "loop",
      "[-9223372036854775807:]", "%", "//",
    ]
    var rendered = 0
    for _ in 0..<400 {
      var bytes = sources[draw(sources.count)]
      for _ in 0...draw(4) {
        let place = draw(bytes.count)
        switch draw(5) {
        case 0: bytes.insert(contentsOf: Array(tags[draw(tags.count)].utf8), at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + draw(6)))
        case 2: if !bytes.isEmpty { bytes[place] = UInt8(draw(256)) }
        case 3:
          bytes.insert(
            contentsOf: bytes[place..<min(bytes.count, place + draw(30))], at: draw(place))
        default: bytes = Array(bytes[..<place])
        }
      }
      let template = try? ChatTemplate(String(decoding: bytes, as: UTF8.self))
      let text = try? template?.render(
        messages: [
          ChatMessage(role: "system", content: "é"), ChatMessage(role: "user", content: " a "),
          ChatMessage(role: "assistant", content: ""),
        ], bosToken: "<s>")
      rendered += text == nil ? 0 : 1
    }
    // Most changes break a template, some do not.
    #expect((20...380).contains(rendered))
  }
}
