extension Plan {
  /// What a plan of an operation on one operand depends on beside its type.
  struct Conversion {
    /// Of the values that are quantized, or that codes become.
    var element = ElementType.float32
    var options = QuantizationOptions()
    /// What is quantized again, where that is known.
    var source: QuantizedType?
    /// Whether codes lie in panels.
    var isTiled = false
    /// `nil`: it is not known.
    var shape: Shape?
  }

  /// The plan of an operation on one operand.
  ///
  /// - Returns: `nil` where the options are not for such a type.
  static func converting(
    _ operation: MatrixOperation, _ type: QuantizedType, _ conversion: Conversion = Conversion(),
    on execution: Execution
  ) -> Plan? {
    guard let work = ConversionPlan(operation, type, conversion, execution) else { return nil }
    return Plan(
      operation, work.steps, candidates: work.candidates, split: work.split, on: execution)
  }

  /// The plan of a product whose left operand, of values of a type, becomes a matrix of codes of another first.
  func quantizing(
    _ type: QuantizedType, _ shape: Shape, of element: ElementType, on execution: Execution
  ) -> Plan {
    let conversion = Conversion(shape: shape)
    guard let quantize = Plan.converting(.quantize, type, conversion, on: execution) else {
      preconditionFailure("\(type.name) is not quantized by its own rule")
    }
    let widen = HalfConversion(element, execution).map {
      Step(work: .widen, kernels: [$0.widen.row], bytes: 6 * shape.count)
    }
    let step = Step(
      work: .quantizeLHS, kernels: quantize.steps.flatMap(\.kernels),
      bytes: quantize.steps.reduce(0) { $0 + ($1.bytes ?? 0) })
    return Plan(
      operation, [widen, step].compactMap(\.self) + steps, candidates: candidates,
      precision: precision, split: split, on: execution)
  }
}

/// How an operation on one operand is served: the values that do the work say which kernels they have.
private struct ConversionPlan {
  private(set) var steps: [Plan.Step] = []
  /// The kernels that could do most of it, fastest first.
  let candidates: [KernelRow]
  private(set) var split: Plan.Split?
  private let shape: Shape?

  init?(
    _ operation: MatrixOperation, _ type: QuantizedType, _ conversion: Plan.Conversion,
    _ execution: Execution
  ) {
    // Of a gather, a slice or a join it is not known what is read.
    let isPart = [.gather, .slice, .concatenate].contains(operation)
    shape = isPart ? nil : conversion.shape
    let stored = shape.map(type.byteCount)
    switch operation {
    case .quantize, .requantize:
      // What is quantized again becomes floats in between.
      let element = operation == .requantize ? .float32 : conversion.element
      guard let choice = EncodingChoice(type, conversion.options, element, execution) else {
        return nil
      }
      candidates = choice.candidates
      if let source = conversion.source {
        add(
          .dequantize, RowDequantizer(source, execution).rows, shape.map(source.byteCount),
          values: 4)
      }
      add(.widen, [HalfConversion(element, execution)?.widen.row].compactMap(\.self), 0, values: 6)
      add(.convert, Self.quantizing(type, choice, conversion.options, execution), stored, values: 4)
    case .dequantize, .gather:
      candidates = RowDequantizer.candidates(type)
      unpack(type, conversion, execution)
      add(.convert, RowDequantizer(type, execution).rows, stored, values: 4)
      add(.round, Self.rounding(type, conversion.element, execution), 0, values: 6)
      split(execution) {
        ThreadPool.split($0.rows, $0.columns, pace: RowDequantizer.valuesPerNanosecond, execution)
      }
    case .transpose:
      let transposer = CodeTransposer(type.storage, execution)
      candidates = transposer.turn.rows
      unpack(type, conversion, execution)
      add(.convert, transposer.rows, stored.map { 2 * $0 })
      if transposer.mover == nil {
        split(execution, ofColumns: true) {
          CodeTransposer.split($0, bits: type.storage.bits, execution)
        }
      }
    default:
      candidates = BitKernels.pack.rows
      unpack(type, conversion, execution)
      add(.convert, CodeMover(type.storage, execution).rows, stored.map { 2 * $0 })
    }
  }

  /// A step that reads and writes so many bytes, and so many for each value.
  private mutating func add(
    _ work: Plan.Work, _ kernels: [KernelRow], _ bytes: Int?, values: Int = 0
  ) {
    guard !kernels.isEmpty else { return }
    let all = shape.flatMap { shape in bytes.map { $0 + values * shape.count } }
    steps.append(Plan.Step(work: work, kernels: kernels, bytes: all))
  }

  /// Codes that lie in panels become rows first.
  private mutating func unpack(
    _ type: QuantizedType, _ conversion: Plan.Conversion, _ execution: Execution
  ) {
    guard conversion.isTiled else { return }
    add(
      .unpackLHS, PanelKernels(type.panelForm, execution).rows,
      shape.map { 2 * type.byteCount(of: $0) })
  }

  private mutating func split(
    _ execution: Execution, ofColumns: Bool = false, _ parts: (Shape) -> (parts: Int, threads: Int)
  ) {
    guard let shape, shape.count > 0 else { return }
    let (parts, threads) = parts(shape)
    split = Plan.Split(
      threads: min(threads, parts), lhsParts: ofColumns ? 1 : parts, rhsParts: ofColumns ? parts : 1
    )
  }

  private static func quantizing(
    _ type: QuantizedType, _ choice: EncodingChoice, _ options: QuantizationOptions,
    _ execution: Execution
  ) -> [KernelRow] {
    let range = QuantizeKernels.range.best(on: execution).row
    let magnitudes =
      (options.rule ?? type.rule) == .meanMagnitude
      ? [QuantizeKernels.magnitudes.best(on: execution).row] : []
    let pack = type.storage.bits == 8 ? [] : [BitKernels.pack.best(on: execution).row]
    return [range] + magnitudes + [choice.row] + pack
  }

  /// Products are rounded before biases are added, and their sums are.
  private static func rounding(
    _ type: QuantizedType, _ element: ElementType, _ execution: Execution
  ) -> [KernelRow] {
    guard let halves = HalfConversion(element, execution) else { return [] }
    return [halves.round.row] + (type.mapping.kind == .biased ? [halves.widen.row] : [])
  }
}
