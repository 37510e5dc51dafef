/// How a product is served: the kernel that multiplies, and how each side becomes what it reads.
///
/// The one place where operation, types, layouts and execution decide: products run the kernels that it has,
/// and reports list them.
struct ProductPlan {
  let route: Route
  var lhs: Side
  let rhs: Side
  /// Sums codes of a right side that lies in panels already; `nil`: no sums are needed, or packing makes them.
  let sums: (panels: PanelKernels, packing: PackingKernels)?
  /// Whether the left side's zero points or biases meet sums of the right side's codes.
  let readsTotals: Bool
  /// What ends the sums; `nil`: they are the result.
  let finish: Kernel<FinishRows>?

  enum Route {
    /// Codes against codes.
    case codes(Kernel<CodePanel>)
    /// Floats against codes.
    case weights(Kernel<WeightPanel>)
    /// Floats against floats, or against what becomes floats.
    case floats(Kernel<FloatPanel>)

    var row: KernelRow {
      switch self {
      case .codes(let kernel): kernel.row
      case .weights(let kernel): kernel.row
      case .floats(let kernel): kernel.row
      }
    }

    /// Threads that a product with the kernel is worth.
    func threads(_ result: Shape, depth: Int, _ execution: Execution) -> Int {
      switch self {
      case .codes(let kernel): kernel.threads(result, depth: depth, execution)
      case .weights(let kernel): kernel.threads(result, depth: depth, execution)
      case .floats(let kernel): kernel.threads(result, depth: depth, execution)
      }
    }
  }

  /// What becomes of one side.
  enum Side {
    /// It lies as the kernel reads it.
    case asItLies
    /// Codes become panels, first taken out of others where they lie in such.
    case codes(PackingKernels, from: PanelKernels?, sums: Bool)
    /// Floats become codes on their way into panels: slices by their largest magnitudes, where other sums than
    /// those of the kernel may be needed, or by a rule.
    case quantized(Kernel<QuantizeSlices>, PackingKernels, sums: Bool)
    case encoded(Kernel<RangeOfRuns>, Kernel<QuantizeRows>, PackingKernels)
    /// Values become panels of floats, codes first taken out of panels where they lie in such.
    case values(ValueKernels, from: PanelKernels?)
  }

  /// How the operands of a call lie.
  struct Layouts {
    /// Whether the left codes lie in panels.
    var lhsIsPanels = false
    /// How the right codes lie.
    var rhs = RightSide.rows
    /// Rows of the result.
    var rows = Int.max
    /// Whether a float left side becomes codes of a type on its way.
    var quantizes = false
    /// Whether sums are not the result.
    var finishes = false
  }

  /// How right codes lie, before a kernel is chosen.
  enum RightSide {
    case rows
    /// As the kernel that is chosen reads them.
    case fitting
    /// Those of a matrix, in a product with blocks on the left, or with floats there.
    case of(CodeMatrix, against: BlockGrid?)

    var isPanels: Bool {
      switch self {
      case .rows: false
      case .fitting: true
      case .of(let codes, _): codes.tiles != nil
      }
    }

    func fit(_ tile: KernelTile) -> Fit {
      switch self {
      case .rows: .rows
      case .fitting: .panels
      case .of(let codes, let grid): codes.fit(tile, against: grid)
      }
    }
  }

  /// How right codes lie for a kernel.
  enum Fit {
    case rows, panels
    /// As the kernel reads them, but for sums that it needs: of finer slices, or of all that nobody has asked for yet.
    case unsummedPanels
    case otherPanels
  }

  init(
    _ operation: MatrixOperation, _ first: OperandType, _ second: OperandType, _ layouts: Layouts,
    _ execution: Execution
  ) {
    let axes = operation.axes
    finish = layouts.finishes ? FinishKernels.finish.best(on: execution) : nil
    if case .quantized(let weight) = second {
      if case .quantized(let input) = first, input.isAffineInteger,
        weight.isAffineInteger
          || operation == .linear && weight.multipliesCodes && !input.needsSumsOfOther
      {
        let kernel = MatmulKernels.codes(weight).best(on: execution, rows: layouts.rows)
        let tile = kernel.tile
        route = .codes(kernel)
        let packing = PackingKernels(left: tile, input.storage, axes.lhs, execution)
        lhs =
          switch (layouts.quantizes, input.isQuantizedBySlices) {
          case (true, true):
            // The kernel sums codes, and no products of neighbours.
            .quantized(
              PackKernels.slices.best(on: execution), packing, sums: packing.widen != nil)
          case (true, false):
            .encoded(
              QuantizeKernels.range.best(on: execution),
              QuantizeKernels.quantize.best(on: execution), packing)
          default:
            .codes(
              packing, from: layouts.lhsIsPanels ? PanelKernels(input.panelForm, execution) : nil,
              sums: true)
          }
        let sumsCodes = input.needsSumsOfOther
        readsTotals = sumsCodes
        let (right, found) = Self.codes(
          weight, tile, layouts.rhs.fit(tile), axes.rhs, sumsCodes: sumsCodes, execution)
        (rhs, sums) = (right, found)
        return
      }
      if operation == .linear, weight.liesInPanels {
        let kernel = MatmulKernels.weights(weight, rows: layouts.rows, on: execution)
        readsTotals = false
        route = .weights(kernel)
        lhs = .values(
          ValueKernels(
            first, .rows, .init(form: kernel.tile.lhs, run: kernel.tile.lhsRun), execution),
          from: layouts.lhsIsPanels ? PanelKernels(first.panels, execution) : nil)
        let (right, _) = Self.codes(
          weight, kernel.tile, layouts.rhs.fit(kernel.tile), axes.rhs, sumsCodes: false, execution)
        (rhs, sums) = (right, nil)
        return
      }
    }
    readsTotals = false
    let kernel = MatmulKernels.floats(on: execution).best(on: execution, rows: layouts.rows)
    route = .floats(kernel)
    lhs = .values(
      ValueKernels(
        first, axes.lhs,
        .init(form: kernel.tile.lhs, run: kernel.tile.lhsRun, copiesHalves: true), execution),
      from: layouts.lhsIsPanels ? PanelKernels(first.panels, execution) : nil)
    rhs = .values(
      ValueKernels(
        second, axes.rhs, .init(form: kernel.tile.rhs, copiesHalves: true), execution),
      from: layouts.rhs.isPanels ? PanelKernels(second.panels, execution) : nil)
    sums = nil
  }

  private static func codes(
    _ weight: QuantizedType, _ tile: KernelTile, _ fit: Fit, _ axis: FreeAxis, sumsCodes: Bool,
    _ execution: Execution
  ) -> (Side, (PanelKernels, PackingKernels)?) {
    // Panels hold rows; gradients keep the other axis, and their types ask for codes that lie row by row.
    precondition(axis == .rows || fit == .rows, "a gradient of codes that lie in panels")
    let packing = PackingKernels(right: tile, weight.storage, axis, execution)
    let panels = PanelKernels(tile.rhs, execution)
    let multipliesPairs = tile.multipliesPairs
    switch fit {
    case .rows: return (.codes(packing, from: nil, sums: sumsCodes || multipliesPairs), nil)
    case .panels: return (.asItLies, sumsCodes ? (panels, packing) : nil)
    case .unsummedPanels:
      return (.asItLies, sumsCodes || multipliesPairs ? (panels, packing) : nil)
    case .otherPanels:
      return (
        .codes(
          packing, from: PanelKernels(weight.panelForm, execution),
          sums: sumsCodes || multipliesPairs),
        nil
      )
    }
  }
}

extension MatrixOperation {
  /// The axis of the left operand that the result of a product keeps, and that of the right one.
  var axes: (lhs: FreeAxis, rhs: FreeAxis) {
    switch self {
    case .inputGradient: (.rows, .columns)
    case .weightGradient: (.columns, .columns)
    default: (.rows, .rows)
    }
  }
}

extension QuantizedType {
  /// Whether the sums of the other side's codes are needed: for zero points and biases of this one.
  fileprivate var needsSumsOfOther: Bool {
    mapping.kind == .asymmetric || mapping.kind == .biased || storage == .unsigned(bits: 8)
  }

}

extension OperandType {
  fileprivate var panels: PackedForm {
    if case .quantized(let type) = self { type.panelForm } else { .float32 }
  }
}
