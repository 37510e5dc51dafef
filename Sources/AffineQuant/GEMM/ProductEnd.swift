/// What is done to the sums of a product before they are its result, while they are in a cache: a bias is
/// added, a function applied, and the value rounded once to the type of the result.
public struct ProductEnd: Sendable {
  /// One number a column of the result; `nil`: zero.
  public var bias: Buffer<Float>?
  /// A function of each value, the sum with its bias as a `Float`, before it is rounded to the type of the result.
  public var activation: Activation

  /// Sums as they are.
  public static let none = ProductEnd()

  /// A bias of as many numbers as the result has columns, and a function.
  ///
  /// - Parameters:
  ///   - bias: One number a column of the result; `nil`: none.
  ///   - activation: The function, of the sum and the bias.
  public init(bias: Buffer<Float>? = nil, activation: Activation = .none) {
    self.bias = bias
    self.activation = activation
  }

  var isNone: Bool { bias == nil && activation == .none }

  /// - Throws: ``ShapeError/wrongCount(of:expected:found:)`` for a bias of another length.
  func check(columns: Int) throws(ShapeError) {
    if let bias, bias.count != columns {
      throw .wrongCount(of: "biases", expected: columns, found: bias.count)
    }
  }
}
