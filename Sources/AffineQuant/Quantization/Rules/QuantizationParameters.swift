/// The scales of a matrix and its zero points or biases, one a block, row of blocks by row.
public struct QuantizationParameters: Sendable, Hashable {
  /// `value = scale · …`: numbers of the scales' type, to which they are rounded; of either sign, but for
  /// powers of two. A scale that values are divided by is not zero.
  public var scales: [Float]
  /// Codes that stand for zero; empty unless the mapping is asymmetric.
  public var zeroPoints: [Int16]
  /// Values that code zero stands for; empty unless the mapping is biased.
  public var biases: [Float]

  /// Collects parameters; they are checked where they are used.
  public init(scales: [Float], zeroPoints: [Int16] = [], biases: [Float] = []) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.biases = biases
  }
}

extension QuantizationParameters {
  /// The parts of a matrix with these parameters, each rounded to what the type holds.
  ///
  /// - Throws: ``QuantizationError``: a scale that the type does not hold, or a type whose scales are places in a
  ///   table. Those of other codes are the nearest.
  func parts(
    _ codes: Buffer<UInt8>, _ type: QuantizedType, _ grid: BlockGrid
  ) throws(QuantizationError) -> CodeMatrix.Parts {
    guard type.mapping.codes?.table == nil else { throw .scalesAreCodes(type: type.name) }
    if type.mapping.codes != nil {
      try checkCounts(type, grid)
      return CodeMatrix.Parts(
        codes: codes, coded: try QuantizedScales(nearest: scales.span, biases.span, type, grid),
        zeroPoints: Buffer(zeroPoints))
    }
    let columns = max(grid.extent.columns, 1)
    func stored(_ numbers: [Float]) throws(QuantizationError) -> Buffer<Float> {
      Buffer(
        try numbers.enumerated().map { index, number throws(QuantizationError) in
          guard let stored = type.mapping.scale.stored(number) else {
            throw .invalidScale(number, blockRow: index / columns, blockColumn: index % columns)
          }
          return stored
        })
    }
    return CodeMatrix.Parts(
      codes: codes, scales: try stored(scales), zeroPoints: Buffer(zeroPoints),
      biases: try stored(biases))
  }
}

extension CodeMatrix {
  /// Chooses parameters from the values and encodes.
  package static func quantize<Element: FloatElement>(
    _ values: Matrix<Element>, as type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) -> CodeMatrix {
    if type.mapping.codes != nil {
      return try quantizeWithCodedScales(values, as: type, options, execution)
    }
    // A concrete type, for which the compiler makes code of its own: floats are the usual case.
    if let floats = values as? Matrix<Float> {
      return try Quantizer(floats, type, options, execution)()
    }
    return try Quantizer(values, type, options, execution)()
  }

  /// Chooses parameters from the values.
  package static func chooseParameters<Element: FloatElement>(
    for values: Matrix<Element>, as type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) -> QuantizationParameters {
    if let codes = type.mapping.codes {
      let numbers = try flatParameters(for: values, as: type, options, execution)
      // Of the numbers that these become, and whose mean is another, others would come.
      guard codes.table == nil else { return numbers }
      let coded = try QuantizedScales(
        nearest: numbers.scales.span, numbers.biases.span, type, BlockGrid(values.shape, type.block)
      )
      let (scales, biases) = coded.numbers
      return QuantizationParameters(
        scales: scales.array, zeroPoints: numbers.zeroPoints, biases: biases.array)
    }
    let blocks = try Quantizer(values, type, options, execution).parameters()
    let kind = type.mapping.kind
    return QuantizationParameters(
      scales: blocks.map(\.scale), zeroPoints: kind == .asymmetric ? blocks.map(\.zeroPoint) : [],
      biases: kind == .biased ? blocks.map(\.bias) : [])
  }

  /// Encodes with parameters that are known already: static quantization.
  package static func quantize<Element: FloatElement>(
    _ values: Matrix<Element>, as type: QuantizedType, with parameters: QuantizationParameters,
    _ options: QuantizationOptions, _ execution: Execution
  ) throws(QuantizationError) -> CodeMatrix {
    if type.mapping.codes != nil {
      return try quantize(values, as: type, codingScales: parameters, options, execution)
    }
    // No rule keeps to fewer codes than there are.
    var options = options
    options.codes = options.codes ?? type.storage.codes
    let quantizer = try Quantizer(values, type, options, execution)
    return quantizer.encode(try quantizer.checked(parameters))
  }
}

extension Quantizer {
  /// The parameters of every block, from the values.
  func parameters() throws(QuantizationError) -> [BlockParameters] {
    let ranges = try BlockRanges(source, grid, execution)
    guard chooser.rule == .meanMagnitude else { return try parameters(ranges, chooser.parameters) }
    let magnitudes = BlockMagnitudes.all(source, grid, execution)
    var next = magnitudes.makeIterator()
    return try parameters(ranges) { _, _ in
      next.next().map(chooser.parameters) ?? BlockParameters(scale: .nan, encodingScale: .nan)
    }
  }

  /// Parameters from outside, and values that are finite.
  func checked(
    _ parameters: QuantizationParameters
  ) throws(QuantizationError) -> [BlockParameters] {
    _ = try BlockRanges(source, grid, execution)
    let kind = chooser.type.mapping.kind
    try parameters.checkCounts(chooser.type, grid)
    var checked: [BlockParameters] = []
    for (index, scale) in parameters.scales.enumerated() {
      let (row, column) = (index / grid.extent.columns, index % grid.extent.columns)
      guard let scale = chooser.type.mapping.scale.stored(scale), (1 / scale).isFinite,
        kind == .biased || chooser.inverse(scale).isFinite
      else { throw .invalidScale(scale, blockRow: row, blockColumn: column) }
      var block = BlockParameters(scale: scale, encodingScale: scale)
      if kind == .asymmetric { block.zeroPoint = parameters.zeroPoints[index] }
      guard
        (Int(chooser.low)...Int(chooser.high)).contains(Int(block.zeroPoint)) || kind != .asymmetric
      else {
        throw .invalidZeroPoint(
          Int(block.zeroPoint), codes: Int(chooser.low)...Int(chooser.high), blockRow: row,
          blockColumn: column)
      }
      if kind == .biased {
        guard let bias = chooser.type.mapping.scale.stored(parameters.biases[index]) else {
          throw .invalidScale(parameters.biases[index], blockRow: row, blockColumn: column)
        }
        block.bias = bias
      }
      guard chooser.accepts(block) else {
        throw .overflow(scale: scale, bias: block.bias, blockRow: row, blockColumn: column)
      }
      block.encodingBias = block.bias
      checked.append(block)
    }
    return checked
  }
}
