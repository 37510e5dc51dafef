public import AffineQuant

/// By name, as in files: `float32`, `bfloat16`.
extension Precision: Codable {}
