/// Turns the values of rows into codes, with the parameters of their runs.
struct RowEncoder {
  private let chooser: ParameterChooser
  private let rounding: Rounding
  /// The type that operations round to: the input's where the rule does so and the scale has it too, else
  /// `Float`.
  private let arithmetic: ElementType
  private let kernels: EncodingKernels
  private let table: [Float]?
  /// What reports say of the definition, a loop in Swift.
  static let definition = KernelRow(
    name: "aq_quantize_any_portable", needs: .portable, tier: .portable, isBuilt: true)
  /// Whether the kernels know the definition.
  let hasKernel: Bool
  /// Of the runs, in two forms: as the definition and as the kernels want them.
  private var blocks: [BlockParameters] = []
  private var parameters: EncodingParameters

  init(_ chooser: ParameterChooser, _ rounding: Rounding, _ execution: Execution) {
    self.chooser = chooser
    self.rounding = rounding
    let sameType = chooser.type.mapping.scale.rawValue == chooser.element.rawValue
    arithmetic = sameType && chooser.rule.roundsOperations ? chooser.element : .float32
    kernels = EncodingKernels(rounding, execution)
    table = if case .codebook(let map) = chooser.type.mapping.kind { map.values } else { nil }
    let hasReciprocal = chooser.type.mapping.kind != .biased && chooser.type.storage.isInteger
    hasKernel = hasReciprocal && table == nil && rounding.hasKernel && arithmetic == .float32
    parameters = EncodingParameters(low: chooser.low, high: chooser.high)
  }

  /// Takes the parameters of the runs of the rows that follow.
  mutating func load(_ runs: borrowing Span<BlockParameters>) {
    blocks.removeAll(keepingCapacity: true)
    parameters.inverse.removeAll(keepingCapacity: true)
    parameters.zeroPoints.removeAll(keepingCapacity: true)
    for run in runs.indices {
      let block = runs[run]
      if hasKernel {
        parameters.inverse.append(chooser.inverse(block.scale))
        parameters.zeroPoints.append(Float(block.zeroPoint))
      } else {
        blocks.append(block)
      }
    }
  }

  /// Writes the codes of rows, one a byte, to places that lie `stride` bytes apart and are this
  /// call's alone; only where there is a kernel. `extent` is the number of columns of the matrix.
  func encode(
    _ rows: FloatRows, _ ends: [Int], extent: Int, into codes: DisjointMemory<UInt8>, at start: Int,
    stride: Int
  ) {
    kernels.encode(
      rows, ends, parameters, extent: extent, into: codes, at: start, stride: stride)
  }

  /// The same for codes that lie without gaps.
  func encode(
    _ rows: FloatRows, _ ends: [Int], extent: Int, into codes: inout MutableSpan<UInt8>
  ) {
    kernels.encode(rows, ends, parameters, extent: extent, into: &codes)
  }

  /// Writes the codes of a row, one a byte, by the definition.
  ///
  /// - Parameters:
  ///   - values: The row.
  ///   - ends: Where its runs end; without them every column is a run.
  ///   - place: Which of the rows it is that the parameters were loaded for.
  ///   - first: The index of the row's first element in the matrix.
  ///   - codes: As many bytes as there are values.
  func encode(
    _ values: borrowing Span<Float>, _ ends: [Int], place: Int, first: Int,
    into codes: inout MutableSpan<UInt8>
  ) {
    let runs = ends.isEmpty ? values.count : ends.count
    let firstRun = blocks.count == runs ? 0 : place * runs
    var start = 0
    for run in 0..<runs {
      let end = ends.isEmpty ? run + 1 : ends[run]
      let block = blocks[firstRun + run]
      for column in start..<end {
        let code = code(values[column], block, element: first + column)
        codes[column] = UInt8(truncatingIfNeeded: code)
      }
      start = end
    }
  }

  /// The definition.
  func code(_ value: Float, _ block: BlockParameters, element: Int) -> Int {
    let (low, high) = (chooser.low, chooser.high)
    if let table {
      return NearestEntry.index(of: value / block.scale, in: table) {
        rounding.round($0, element: element)
      }
    }
    if case .float(let format) = chooser.type.storage {
      return Int(format.pattern(value / block.scale) { rounding.round($0, element: element) })
    }
    guard chooser.type.mapping.kind == .biased else {
      let inverse = chooser.inverse(block.scale)
      let steps = rounding.round(arithmetic.round(value * inverse), element: element)
      return Self.clamped(arithmetic.round(steps + Float(block.zeroPoint)), low, high)
    }
    guard chooser.rule == .tinygemm else {
      let steps = (value - block.encodingBias) / block.encodingScale
      return Self.clamped(rounding.round(steps, element: element), low, high)
    }
    let middle = chooser.tinygemmMiddle
    let format = chooser.type.mapping.scale
    let minimum = format.round(block.bias - format.round(block.scale * middle))
    let steps = arithmetic.round(arithmetic.round(value - minimum) / block.scale)
    return Self.clamped(rounding.round(steps, element: element) + low, low, high)
  }

  /// The nearest code there is; the first for what is no number, as with parameters that are not usable.
  private static func clamped(_ code: Float, _ low: Float, _ high: Float) -> Int {
    code > low ? Int(min(code, high)) : Int(low)
  }
}
