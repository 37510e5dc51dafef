import AffineFormats
import AffineQuant
import Testing

/// What configurations say of modules, and what they must not say.
@Suite struct CheckpointConfigurationTests {
  /// A file of zeros.
  private func file(
    _ tensors: [(name: String, element: TensorElement, shape: [Int])]
  ) throws -> SafeTensorsFile {
    var writer = SafeTensorsWriter()
    for tensor in tensors {
      let bytes = tensor.shape.reduce(1, *) * tensor.element.bits / 8
      try writer.add(
        tensor.name, tensor.element, shape: tensor.shape,
        bytes: Buffer([UInt8](repeating: 0, count: bytes)))
    }
    return try SafeTensorsFile(contents: Buffer(writer.contents))
  }

  private func mlx(_ name: String, bits: Int, group: Int) -> [(String, TensorElement, [Int])] {
    [
      ("\(name).weight", .uint32, [2, 128 * bits / 32]),
      ("\(name).scales", .float16, [2, 128 / group]),
      ("\(name).biases", .float16, [2, 128 / group]),
    ]
  }

  @Test func layersOfMLXHaveSettingsOfTheirOwn() throws {
    let configuration = """
      {"quantization": {"group_size": 64, "bits": 4, "a.b": {"group_size": 32, "bits": 6},
      "head": false, "norm": true}}
      """
    let tensors =
      mlx("a.a", bits: 4, group: 64) + mlx("a.b", bits: 6, group: 32)
      + mlx("head", bits: 4, group: 64) + mlx("norm", bits: 4, group: 64)
    let checkpoint = try QuantizedCheckpoint(
      file: try file(tensors), configuration: configuration)
    #expect(checkpoint.format == "mlx")
    #expect(checkpoint.names.sorted() == ["a.a", "a.b", "norm"])
    let types = try checkpoint.names.sorted().map { try checkpoint.matrix($0).quantizedType.name }
    #expect(
      types == [
        "uint4-group64-biased-float16", "uint6-group32-biased-float16",
        "uint4-group64-biased-float16",
      ])
    #expect(throws: QuantizedCheckpointError.notQuantized(name: "head")) {
      try checkpoint.matrix("head")
    }
    #expect(throws: QuantizedCheckpointError.notQuantized(name: "x")) { try checkpoint.matrix("x") }
  }

  private func packed(_ name: String, bits: Int) -> [(String, TensorElement, [Int])] {
    [
      ("\(name).weight", .int8, [4, 32]), ("\(name).weight_scale", .float32, [4, 1]),
    ]
  }

  @Test func targetsAndIgnoredModulesAreFound() throws {
    func group(_ targets: String, symmetric: Bool, strategy: String) -> String {
      """
      {"targets": [\(targets)], "weights": {"num_bits": 8, "type": "int", "symmetric": \(symmetric),
      "strategy": "\(strategy)"\(strategy == "group" ? ", \"group_size\": 32" : "")}}
      """
    }
    let configuration = """
      {"quantization_config": {"quant_method": "compressed-tensors", "format": "int-quantized",
      "config_groups": {
        "one": \(group("\"Linear\"", symmetric: true, strategy: "channel")),
        "two": \(group("\"re:.*layers\\\\.(0|2)\\\\.up$\"", symmetric: true, strategy: "group")),
        "three": \(group("\"m.layers.2.up\"", symmetric: false, strategy: "channel")),
        "four": {"targets": ["re:.*attention"], "weights": null}},
      "ignore": ["lm_head", "re:.*gate"]}}
      """
    let names = [
      "m.layers.0.up", "m.layers.1.up", "m.layers.2.up", "m.layers.20.up", "m.layers.2.upper",
      "m.layers.0.gate.x", "lm_head", "lm_head.x", "m.attention", "m.embed_tokens",
    ]
    let checkpoint = try QuantizedCheckpoint(
      file: try file(names.flatMap { packed($0, bits: 8) }), configuration: configuration)
    #expect(
      Set(checkpoint.names) == [
        "m.layers.0.up", "m.layers.1.up", "m.layers.2.up", "m.layers.20.up", "m.layers.2.upper",
        "lm_head.x",
      ])
    #expect(try checkpoint.matrix("m.layers.1.up").quantizedType.name == "int8-row")
    #expect(
      throws: QuantizedCheckpointError.tensors(.missing(name: "m.layers.2.up.weight_zero_point"))
    ) { try checkpoint.matrix("m.layers.2.up") }
    #expect(try checkpoint.matrix("m.layers.0.up").quantizedType.name == "int8-group32")
  }

  @Test(arguments: [
    (".*lm_head", "a.lm_head", true), (".*lm_head", "a.lm_hea", false), ("a", "abc", true),
    ("a$", "abc", false), ("^a.c$", "abc", true), ("(q|k|v)_proj", "k_proj.x", true),
    ("(?:q|k)_proj", "v_proj", false), ("l\\.\\d+\\.", "l.12.x", true),
    ("l\\.\\d+\\.", "l.x.x", false), ("[a-c]+d", "abcad", true), ("[^a-c]+d", "abcd", false),
    ("[]x]y", "]y", true), ("(?!.*gate).*up", "m.gate.up", false),
    ("(?!.*gate).*up", "m.x.up", true), ("(?=m).*up", "m.x.up", true), ("a?b", "b", true),
    ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false), ("a.*?b", "axxb", true),
    ("", "x", true),
    ("\\w\\s", "a b", true), ("(a|)b", "b", true), ("a(?=b).c", "abc", true),
    ("a(?=c).c", "abc", false),
    ("a(?=b)bc", "abc", true), ("(?=a(?!b)).*c", "abc", false), ("(?!a(?!b)).*c", "abc", true),
    ("(?=.*(?=.*(?=.*x)))a", "aax", true), ("(?=.*(?!.*(?=.*x)))a$", "a", true),
    ("x(^a|b$)", "xb", true),
    ("(a?)+b", "b", true), ("(a+)?b", "aab", true), ("(a|b$)*c", "abac", false),
    ("(a|b)*c", "abac", true),
  ])
  func expressionsMatchTheBeginningsOfNames(expression: String, name: String, matches: Bool) throws
  {
    let parsed = try #require(NameExpression(expression))
    #expect(parsed.begins(name) == matches)
  }

  /// Looking ahead in what looks ahead multiplied the time by the name's length at every level; so did
  /// repetitions in repetitions.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      String(repeating: "(?=.*", count: 15) + "x" + String(repeating: ")", count: 15),
      String(repeating: "(?!(?=.*", count: 7) + "x" + String(repeating: "))", count: 7),
      String(repeating: "(", count: 15) + "a" + String(repeating: "b?)*", count: 15) + "c",
    ])
  func nestedExpressionsTakeNoLonger(expression: String) throws {
    let parsed = try #require(NameExpression(expression))
    for name in ["a", "ab", "aab"] {
      _ = parsed.begins(String(repeating: name, count: 512 / name.count))
    }
  }

  /// More expressions than any configuration has could be tried on more names than any file has.
  @Test func expressionsHaveALength() throws {
    #expect(NameExpression(String(repeating: "a", count: 512)) != nil)
    #expect(NameExpression(String(repeating: "a", count: 513)) == nil)
  }

  /// The time of all matches is the product of both.
  @Test(arguments: [(256, 1 << 20, true), (257, 1 << 20, false), (512, 1 << 18, true)])
  func manyNamesTakeShortExpressions(_ bytes: Int, _ nameBytes: Int, _ isTaken: Bool) throws {
    let configuration = """
      {"quant_method": "compressed-tensors", "config_groups": {}, "ignore":
      ["re:\(String(repeating: "a", count: bytes - 2))", "re:b", "re:c"]}
      """
    let name = String(repeating: "n", count: nameBytes)
    let tensors = try file([("\(name).weight_scale", .float32, [1, 1])])
    if isTaken {
      _ = try QuantizedCheckpoint(file: tensors, configuration: configuration)
    } else {
      #expect(throws: QuantizedCheckpointError.self) {
        try QuantizedCheckpoint(file: tensors, configuration: configuration)
      }
    }
  }

  /// Codes that no settings are for are not left out in silence.
  @Test func packedCodesWithoutSettingsAreNamed() throws {
    let configuration = """
      {"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {"one":
      {"targets": ["a.up"], "weights": {"num_bits": 4, "group_size": 32}}}, "ignore": ["b.up"]}
      """
    for (name, isNamed) in [("a.up", false), ("c.a.up", true), ("b.up", true)] {
      let parts: [(String, TensorElement, [Int])] = [
        ("\(name).weight_packed", .int32, [4, 4]), ("\(name).weight_scale", .float32, [4, 1]),
      ]
      let tensors = try file(parts)
      do {
        _ = try QuantizedCheckpoint(file: tensors, configuration: configuration)
        #expect(!isNamed)
      } catch {
        #expect(isNamed && error.description.contains("'\(name)'"))
      }
    }
  }

  @Test(arguments: [
    "(", ")", "a{2}", "*", "a)", "[", "[b-a]", "\\b", "(?<x>a)", "\\", "(?P", "\\1",
  ])
  func otherExpressionsAreRefused(expression: String) {
    #expect(NameExpression(expression) == nil)
    #expect(NameExpression(String(repeating: "(", count: 100_000)) == nil)
  }

  private static let gptq = "\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": 32"
  private static let awq = "\"quant_method\": \"awq\", \"bits\": 4, \"group_size\": 32"

  @Test(arguments: [
    ("", nil), ("{}", nil), ("[]", nil),
    ("{\"quantization_config\": {\"quant_method\": \"x\"}}", nil),
    ("{\"quantization\": 3}", nil),
    ("{\"quantization\": {\"group_size\": 0, \"bits\": 4}}", "group_size"),
    ("{\"quantization\": {\"group_size\": 32, \"bits\": 1000}}", "bits"),
    ("{\"quantization\": {\"group_size\": 32, \"bits\": \"4\"}}", "bits"),
    ("{\"quantization\": {\"group_size\": 16, \"mode\": \"nvfp4\"}}", "nvfp4"),
    ("{\(gptq), \"sym\": 3}", "sym"), ("{\(gptq), \"checkpoint_format\": \"marlin\"}", "marlin"),
    ("{\"quant_method\": \"gptq\", \"bits\": 5}", "bits"),
    ("{\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": 0}", "group_size"),
    ("{\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": -2}", "group_size"),
    ("{\(gptq), \"dynamic\": {\"+:x\": {\"bits\": 8}}}", "dynamic"),
    ("{\(gptq), \"pack_dtype\": \"int64\"}", "pack_dtype"),
    ("{\(awq), \"version\": \"gemv\"}", "gemv"), ("{\(awq), \"zero_point\": false}", "zero_point"),
    ("{\"quant_method\": \"awq\", \"bits\": 3, \"group_size\": 32}", "3 bits"),
    ("{\"quant_method\": \"awq\", \"bits\": 4}", "group_size"),
    ("{\"quant_method\": \"compressed-tensors\"}", "config_groups"),
    (
      "{\"config_groups\": {}, \"sparsity_config\": {\"format\": \"sparse-24-bitmask\"}}",
      "sparsity"
    ),
    ("{\"config_groups\": {}, \"transform_config\": {\"config_groups\": {\"x\": 1}}}", "transform"),
    ("{\"config_groups\": {\"a\": {\"targets\": [\"re:(\"]}}}", "re:("),
    ("{\"config_groups\": {\"a\": {\"targets\": 3}}}", "targets"),
  ])
  func otherConfigurationsAreRefused(text: String, named: String?) throws {
    let error = #expect(throws: QuantizedCheckpointError.self, "\(text)") {
      try QuantizedCheckpoint(file: try file([]), configuration: text)
    }
    let description = try #require(error?.description)
    if let named { #expect(description.contains(named), "\(description)") }
  }

  @Test(arguments: [
    ("\"format\": \"float-quantized\"", "", "float-quantized"),
    ("\"format\": \"marlin-24\"", "", "marlin-24"),
    ("\"format\": \"nvfp4-pack-quantized\"", "", "nvfp4-pack-quantized"),
    ("\"format\": \"int-quantized\"", "\"type\": \"float\"", "float"),
    ("\"format\": \"int-quantized\"", "\"strategy\": \"block\"", "block"),
    ("\"format\": \"int-quantized\"", "\"strategy\": \"group\", \"group_size\": 0", "group_size"),
    ("\"format\": \"pack-quantized\"", "\"num_bits\": 1000", "1000 bits"),
  ])
  func whatDoesNotLoadIsNamed(layout: String, weights: String, named: String) throws {
    let configuration = """
      {"quant_method": "compressed-tensors", \(layout),
      "config_groups": {"a": {"targets": ["Linear"], "weights": {\(weights)}}}}
      """
    let checkpoint = try QuantizedCheckpoint(
      file: try file(packed("a", bits: 8)), configuration: configuration)
    #expect(checkpoint.isQuantized("a"))
    let error = #expect(throws: QuantizedCheckpointError.self) { try checkpoint.matrix("a") }
    #expect(error?.description.contains(named) == true, "\(String(describing: error))")
  }

  @Test func ourOwnFilesNeedNoConfiguration() throws {
    var writer = SafeTensorsWriter()
    let values = Matrix<Float>(rows: 2, columns: 64) { Float($0 + $1) }
    let weight = try Int4Weight(quantizing: values)
    try writer.add("w", weight)
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    let checkpoint = try QuantizedCheckpoint(file: file, configuration: nil)
    #expect(checkpoint.format == "affine" && checkpoint.names == ["w"])
    #expect(try checkpoint.matrix("w") == weight.erased)
    let none = try self.file([("x", .float32, [1])])
    #expect(throws: QuantizedCheckpointError.self) {
      try QuantizedCheckpoint(file: none, configuration: nil)
    }
  }
}
