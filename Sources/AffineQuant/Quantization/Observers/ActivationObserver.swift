/// Watches activations batch by batch, for parameters that do not change afterwards: static
/// quantization.
public protocol ActivationObserver: Sendable {
  /// What shares a scale.
  var axis: ObservedAxis { get }

  /// Takes a batch in.
  ///
  /// - Parameters:
  ///   - batch: Activations, a row a token; one without values changes nothing.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``ObserverError``: values that are not finite, and columns of another number than
  ///   before. The observer is then as it was.
  mutating func observe(_ batch: Matrix<Float>, on execution: Execution) throws(ObserverError)

  /// The ranges that codes shall cover: one, or one a column.
  ///
  /// - Throws: ``ObserverError/nothingObserved``.
  func ranges() throws(ObserverError) -> [ClosedRange<Float>]
}

/// What shares one range of an observer.
public enum ObservedAxis: String, Sendable, Hashable, CaseIterable {
  /// All values.
  case tensor
  /// The values of one column.
  case column

  fileprivate var block: Block {
    Block(rows: Block.whole, columns: self == .tensor ? Block.whole : 1)
  }
}

extension ActivationObserver {
  /// Takes a batch in, on the standard number of threads.
  ///
  /// - Parameter batch: Rows of activations, as many columns as those before.
  /// - Throws: ``ObserverError``, as ``observe(_:on:)``.
  public mutating func observe(_ batch: Matrix<Float>) throws(ObserverError) {
    try observe(batch, on: .standard)
  }

  /// The parameters of a type for these ranges, by the rule that would choose them for values of these
  /// ranges.
  ///
  /// - Parameters:
  ///   - type: A type with one scale a tensor or a column, as ``axis`` says: `int8-tensor`,
  ///     `uint8-tensor`.
  ///   - options: Rule, epsilon and codes.
  /// - Returns: One scale a range and, as the mapping asks, one zero point or bias.
  /// - Throws: ``ObserverError``: nothing observed, a type of another granularity, a rule or a range that
  ///   is not possible.
  public func parameters(
    for type: QuantizedType, _ options: QuantizationOptions = QuantizationOptions()
  ) throws(ObserverError) -> QuantizationParameters {
    guard type.block == axis.block else { throw .granularity(type: type.name, axis: axis) }
    let ranges = try ranges()
    do throws(QuantizationError) {
      let type = try QuantizedType(type.storage, type.block, type.mapping)
      let chooser = try ParameterChooser(type, options, .float32)
      let blocks = try ranges.enumerated().map { column, range throws(QuantizationError) in
        try chooser.checkedParameters(range, column: column)
      }
      let kind = type.mapping.kind
      return QuantizationParameters(
        scales: blocks.map(\.scale), zeroPoints: kind == .asymmetric ? blocks.map(\.zeroPoint) : [],
        biases: kind == .biased ? blocks.map(\.bias) : [])
    } catch { throw .quantization(error) }
  }

  /// The smallest and largest value of each block of a batch; `nil` without values.
  func extremes(
    _ batch: Matrix<Float>, columns: Int?, _ execution: Execution
  ) throws(ObserverError) -> [ClosedRange<Float>]? {
    guard batch.shape.count > 0 else { return nil }
    if axis == .column, let columns, columns != batch.shape.columns {
      throw .columns(expected: columns, found: batch.shape.columns)
    }
    do throws(QuantizationError) {
      let grid = BlockGrid(batch.shape, axis.block)
      let found = try BlockRanges(batch, grid, execution)
      return zip(found.minimum.array, found.maximum.array).map { $0...$1 }
    } catch { throw .quantization(error) }
  }
}

extension ParameterChooser {
  /// The parameters of one block of a row of them.
  fileprivate func checkedParameters(
    _ range: ClosedRange<Float>, column: Int
  ) throws(QuantizationError) -> BlockParameters {
    guard !rejectsNegative(range.lowerBound) else {
      throw .negative(minimum: range.lowerBound, blockRow: 0, blockColumn: column)
    }
    guard rule != .meanMagnitude else { throw .unsupported(rule: rule, type: type.name) }
    let block = parameters(range.lowerBound, range.upperBound)
    guard accepts(block) else {
      throw .rangeTooWide(
        minimum: range.lowerBound, maximum: range.upperBound, blockRow: 0, blockColumn: column)
    }
    return block
  }
}
