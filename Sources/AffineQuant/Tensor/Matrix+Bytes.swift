extension Matrix {
  /// The values as files hold them: of a type from outside, widened to `Float`.
  package var fileBytes: (type: ElementType, bytes: Buffer<UInt8>) {
    switch Element.self {
    case is Float.Type: (.float32, values.bytes)
    case is Float16.Type: (.float16, values.bytes)
    case is BFloat16.Type: (.bfloat16, values.bytes)
    default: (.float32, converted(to: Float.self).values.bytes)
    }
  }
}
