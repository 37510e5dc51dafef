extension GGUFTensorType {
  /// What the format says of a type.
  struct Row {
    let name: String
    let values, bytes: Int
  }

  /// Name, values and bytes of a block (ggml's table of types).
  var row: Row {
    switch self {
    case .f32: Row(name: "F32", values: 1, bytes: 4)
    case .f16: Row(name: "F16", values: 1, bytes: 2)
    case .bf16: Row(name: "BF16", values: 1, bytes: 2)
    case .f64: Row(name: "F64", values: 1, bytes: 8)
    case .i8: Row(name: "I8", values: 1, bytes: 1)
    case .i16: Row(name: "I16", values: 1, bytes: 2)
    case .i32: Row(name: "I32", values: 1, bytes: 4)
    case .i64: Row(name: "I64", values: 1, bytes: 8)
    case .q4_0: Row(name: "Q4_0", values: 32, bytes: 18)
    case .q4_1: Row(name: "Q4_1", values: 32, bytes: 20)
    case .q5_0: Row(name: "Q5_0", values: 32, bytes: 22)
    case .q5_1: Row(name: "Q5_1", values: 32, bytes: 24)
    case .q8_0: Row(name: "Q8_0", values: 32, bytes: 34)
    case .q8_1: Row(name: "Q8_1", values: 32, bytes: 40)
    case .q2_K: Row(name: "Q2_K", values: 256, bytes: 84)
    case .q3_K: Row(name: "Q3_K", values: 256, bytes: 110)
    case .q4_K: Row(name: "Q4_K", values: 256, bytes: 144)
    case .q5_K: Row(name: "Q5_K", values: 256, bytes: 176)
    case .q6_K: Row(name: "Q6_K", values: 256, bytes: 210)
    case .q8_K: Row(name: "Q8_K", values: 256, bytes: 292)
    case .iq2_xxs: Row(name: "IQ2_XXS", values: 256, bytes: 66)
    case .iq2_xs: Row(name: "IQ2_XS", values: 256, bytes: 74)
    case .iq3_xxs: Row(name: "IQ3_XXS", values: 256, bytes: 98)
    case .iq1_s: Row(name: "IQ1_S", values: 256, bytes: 50)
    case .iq4_nl: Row(name: "IQ4_NL", values: 32, bytes: 18)
    case .iq3_s: Row(name: "IQ3_S", values: 256, bytes: 110)
    case .iq2_s: Row(name: "IQ2_S", values: 256, bytes: 82)
    case .iq4_xs: Row(name: "IQ4_XS", values: 256, bytes: 136)
    case .iq1_m: Row(name: "IQ1_M", values: 256, bytes: 56)
    case .tq1_0: Row(name: "TQ1_0", values: 256, bytes: 54)
    case .tq2_0: Row(name: "TQ2_0", values: 256, bytes: 66)
    case .mxfp4: Row(name: "MXFP4", values: 32, bytes: 17)
    case .nvfp4: Row(name: "NVFP4", values: 64, bytes: 36)
    case .q1_0: Row(name: "Q1_0", values: 128, bytes: 18)
    }
  }

  /// How blocks of codes and scales are read; `nil` for the other types.
  var block: (any GGUFBlock.Type)? {
    switch self {
    case .q4_0: BlockQ4x0.self
    case .q4_1: BlockQ4x1.self
    case .q5_0: BlockQ5x0.self
    case .q5_1: BlockQ5x1.self
    case .q8_0: BlockQ8x0.self
    case .mxfp4: BlockMXFP4.self
    case .nvfp4: BlockNVFP4.self
    case .tq1_0: BlockTQ1x0.self
    case .tq2_0: BlockTQ2x0.self
    case .q2_K: BlockQ2K.self
    case .q3_K: BlockQ3K.self
    case .q4_K: BlockQ4K.self
    case .q5_K: BlockQ5K.self
    case .q6_K: BlockQ6K.self
    default: nil
    }
  }
}
