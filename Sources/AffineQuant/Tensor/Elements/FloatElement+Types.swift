// The loops over a span stand in every type, so that each is compiled for it: a generic loop would
// call a witness for every element.

extension Float: FloatElement {
  public static var elementType: ElementType { .float32 }
  @inline(__always) public init(rounding value: Float) { self = value }
  @inline(__always) public var float: Float { self }

  public static func round(
    _ values: borrowing Span<Float>, into rounded: inout MutableSpan<Float>
  ) {
    rounded.copy(values)
  }

  public static func widen(
    _ values: borrowing Span<Float>, into widened: inout MutableSpan<Float>
  ) {
    widened.copy(values)
  }
}

extension BFloat16: FloatElement {
  public static var elementType: ElementType { .bfloat16 }
  @inline(__always) public init(rounding value: Float) { self.init(value) }
  @inline(__always) public var float: Float { Float(self) }

  public static func round(
    _ values: borrowing Span<Float>, into rounded: inout MutableSpan<BFloat16>
  ) {
    for index in rounded.indices { rounded[index] = BFloat16(rounding: values[index]) }
  }

  public static func widen(
    _ values: borrowing Span<BFloat16>, into widened: inout MutableSpan<Float>
  ) {
    for index in widened.indices { widened[index] = values[index].float }
  }
}

extension Float16: FloatElement {
  public static var elementType: ElementType { .float16 }
  @inline(__always) public init(rounding value: Float) { self.init(value) }
  @inline(__always) public var float: Float { Float(self) }

  public static func round(
    _ values: borrowing Span<Float>, into rounded: inout MutableSpan<Float16>
  ) {
    for index in rounded.indices { rounded[index] = Float16(rounding: values[index]) }
  }

  public static func widen(
    _ values: borrowing Span<Float16>, into widened: inout MutableSpan<Float>
  ) {
    for index in widened.indices { widened[index] = values[index].float }
  }
}
