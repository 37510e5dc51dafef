import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Post-training quantization of models that people use.
@Suite struct RealModelQuantizationTests {
  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  /// The texts of the golden file calibrate and judge: what matters is that one method beats another there.
  @Test(
    .enabled(if: MiniLM.folder != nil, Comment(rawValue: MiniLM.reason)),
    arguments: [
      ("gptq", "int4-group32"), ("hqq", "uint4-group32-biased"), ("gptq", "uint3-group32-biased"),
      ("awq", "int4-group32"),
    ])
  func methodsBeatRounding(_ method: String, _ type: String) throws {
    let model = try MiniLM.embedder.get().model
    let sequences = try MiniLM.golden.get().sequences
    let plan = QuantizationPlan(try Self.type(type))
    let judge = ModelJudge<BertModel>.meanCosine(to: model, on: sequences)
    let cosines = try ["rtn", method].map { name in
      try judge(
        model.quantized(
          plan, by: try #require(QuantizationMethods.named(name)),
          calibration: CalibrationSettings(sequences)
        ).model)
    }
    print("\(type): rtn \(cosines[0]), \(method) \(cosines[1])")
    #expect(cosines[1] > cosines[0])
  }

  @Test(
    .enabled(if: MiniLM.folder != nil, Comment(rawValue: MiniLM.reason)),
    arguments: InputRange.allCases)
  func fixedScalesComeNear(_ range: InputRange) throws {
    let model = try MiniLM.embedder.get().model
    let sequences = try MiniLM.golden.get().sequences
    let plan = QuantizationPlan(try Self.type("int8-row"))
    let judge = ModelJudge<BertModel>.meanCosine(to: model, on: sequences)
    let cosines = try [RoundToNearest(), SmoothQuant().forEncoders].map {
      (method: any QuantizationMethod) in
      var fixed = try model.quantized(
        plan, by: method, calibration: CalibrationSettings(sequences)
      ).model
      try fixed.fixInputs(as: Self.type("int8-tensor"), range, sequences)
      return try judge(fixed)
    }
    print("int8-row weights, int8-tensor inputs fixed by \(range.rawValue): \(cosines)")
    // Outliers of few features make one scale for all coarse, until weights take a part of them.
    #expect(cosines[1] > cosines[0])
    // The bound is for the range that leaves outliers out; the others must cover them.
    #expect(cosines[1] >= (range == .percentile ? 0.99 : 0.98))
    #expect(cosines[1] < 0.99999)
  }

  @Test(.enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 names no GGUF file"))
  func quantizedLlamaReadsBack() throws {
    let weights = try GGUFWeights(GGUFFile(path: try #require(Model.smolLM2)))
    let model = try DecoderModel(weights, activations: .float32)
    let type = try Self.type("int8-group32-float16")
    let quantized = try model.quantized(QuantizationPlan(type), by: RoundToNearest()).model
    let contents = Buffer(try GGUFWriter(quantized, from: weights).contents)
    let again = try GGUFWeights(GGUFFile(contents: contents))
    let found = try DecoderModel(again, activations: .float32)
    for name in quantized.linearNames {
      #expect(found[linear: name].weight.values == quantized[linear: name].weight.values)
    }
    #expect(again.file["blk.0.attn_q.weight"]?.type == .q8_0)
    #expect(again.file["token_embd.weight"]?.type == weights.file["token_embd.weight"]?.type)
    #expect(
      again.file.metadata["tokenizer.ggml.tokens"] == weights.file.metadata["tokenizer.ggml.tokens"]
    )
  }
}
