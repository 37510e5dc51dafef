import AffineLayers
import AffineModels
import AffineQuant
import Testing

/// The real model beside torch in float32, at the bounds that the types are meant for.
@Suite(.enabled(if: MiniLM.folder != nil, Comment(rawValue: MiniLM.reason)))
struct MiniLMTests {
  @Test func floatsAreTheReference() throws {
    let golden = try MiniLM.golden.get()
    let found = try MiniLM.embedder.get().embeddings(of: golden.texts)
    #expect(smallestCosine(found, golden.embeddings) >= 0.9999)
    // Both round each of some thousand operations once: far less than the cosine's bound.
    let distance = zip(found.values.array, golden.embeddings.values.array).map { abs($0 - $1) }
    #expect(distance.max() ?? 1 < 1e-5)
  }

  /// The longest text is cut as the reference cuts it.
  @Test func tokensAreTheReference() throws {
    let golden = try MiniLM.golden.get()
    let embedder = try MiniLM.embedder.get()
    #expect(golden.texts.map(embedder.tokens) == golden.sequences)
    #expect(golden.sequences.map(\.count).max() == 256)
  }

  /// The reference's embeddings are kept as halves, which leaves a cosine of 1 − 2⁻²³ or more.
  @Test func floatsAreSentenceTransformers() throws {
    let golden = try HeldOut.golden.get()
    let found = try MiniLM.embedder.get().embeddings(of: golden.texts)
    #expect(golden.texts.count >= 200)
    #expect(smallestCosine(found, golden.embeddings) >= 1 - 0x1p-22)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let weights: String
    var inputs: String?
    let method: String
    /// Whether calibration sees a novel too.
    var readsText = false
    /// Of the least cosine of a text, of those that 1 and 5 of 100 have at most, and of the median.
    let bounds: [Double]
    var testDescription: String { "\(weights) weights by \(method), \(inputs ?? "float32") inputs" }
  }

  /// What `affine compare-quantizations` gives on these texts, with a fourth more of what is lost: no
  /// constant of any method was chosen on them.
  static let cases = [
    Case(weights: "int8-row", method: "rtn", bounds: [0.9953, 0.9962, 0.9988, 0.9995]),
    Case(
      weights: "int8-row", inputs: "uint8-token", method: "scaled-gptq",
      bounds: [0.9961, 0.9970, 0.9988, 0.9994]),
    Case(
      weights: "int8-row", inputs: "uint8-token", method: "smoothquant",
      bounds: [0.9942, 0.9945, 0.9985, 0.9992]),
    Case(
      weights: "int8-row", inputs: "int8-token", method: "smoothquant",
      bounds: [0.9854, 0.9914, 0.9975, 0.9987]),
    Case(
      weights: "int8-row", inputs: "int8-token", method: "rtn",
      bounds: [0.9620, 0.9776, 0.9923, 0.9965]),
    Case(
      weights: "uint4-block32x1-biased", method: "hqq", bounds: [0.925, 0.938, 0.964, 0.980]),
    Case(weights: "int4-group32", method: "awq", bounds: [0.868, 0.888, 0.947, 0.974]),
    Case(
      weights: "int4-group32", inputs: "int8-token", method: "awq",
      bounds: [0.861, 0.883, 0.946, 0.973]),
    Case(
      weights: "int4-group32", method: "scaled-gptq", readsText: true,
      bounds: [0.958, 0.961, 0.974, 0.987]),
  ]

  @Test(arguments: cases) func quantizedIsNearTheReference(_ c: Case) throws {
    let golden = try HeldOut.golden.get()
    var embedder = try MiniLM.embedder.get()
    var method = try #require(QuantizationMethods.named(c.method))
    if let smooth = method as? SmoothQuant { method = smooth.forEncoders }
    if method is ScaledGPTQ, c.inputs != nil { method = ScaledGPTQ.forQuantizedInputs }
    try embedder.quantize(
      as: #require(QuantizedType(name: c.weights)),
      inputs: c.inputs.flatMap { QuantizedType(name: $0) },
      by: method,
      calibratedOn: c.readsText ? try MiniLM.novel() : "")
    try Self.expect(try embedder.embeddings(of: golden.texts), c.bounds)
  }

  /// Int8 weights and inputs with outliers in float: the paper's threshold of 6 finds few of them in a model
  /// as small as this.
  @Test(
    arguments: [
      (6, [0.9948, 0.9959, 0.9984, 0.9992]), (4, [0.9956, 0.9959, 0.9987, 0.9993]),
    ] as [(Float, [Double])])
  func outliersApartAreNearTheReference(_ threshold: Float, _ bounds: [Double]) throws {
    let golden = try HeldOut.golden.get()
    var embedder = try MiniLM.embedder.get()
    try embedder.model.separateOutliers(from: threshold)
    try Self.expect(try embedder.embeddings(of: golden.texts), bounds)
  }

  private static func expect(
    _ found: Matrix<Float>, _ bounds: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let all = HeldOut.Distribution(cosines(found, try HeldOut.golden.get().embeddings))
    for (value, bound) in zip([all.least, all.onePercent, all.fivePercent, all.median], bounds) {
      #expect(value >= bound, "\(all)", sourceLocation: sourceLocation)
    }
    // Codes cannot give the reference itself.
    #expect(all.median < 0.99999, sourceLocation: sourceLocation)
  }

  /// Features with values 32 times as large as the others': one scale for a whole tensor loses the rest,
  /// LLM.int8() multiplies them apart.
  @Test func plantedOutliersAreKept() throws {
    let golden = try MiniLM.golden.get()
    let model = try MiniLM.embedder.get().model
    let features = Array(stride(from: 7, to: 384, by: 64))
    let planted = try model.withPlantedOutliers(features: features, factor: 32)
    let before = try model.embeddings(of: golden.sequences)
    #expect(try planted.embeddings(of: golden.sequences) == before)
    var plain = planted
    let tensor = try #require(QuantizedType(name: "int8-tensor"))
    try plain.quantizeLinears(as: tensor, inputs: tensor)
    let lost = meanCosine(try plain.embeddings(of: golden.sequences), golden.embeddings)
    #expect(lost < 0.99)
    var apart = planted
    try apart.separateOutliers(from: 3)
    let kept = meanCosine(try apart.embeddings(of: golden.sequences), golden.embeddings)
    #expect(kept >= 0.9995)
  }
}
