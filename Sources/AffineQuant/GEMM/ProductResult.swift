internal import AffineKernels

/// Where a product writes, and what becomes of its sums on the way.
struct ProductResult {
  let shape: Shape
  private let target: Target
  private let end: ProductEnd
  /// `nil` where sums are written as they are.
  private let kernel: Kernel<FinishRows>?
  /// Sums that are not yet what the result holds: a block of rows and a panel of columns for each worker.
  private let scratch: DisjointMemory<Float>?
  private let scratchCount, scratchStride: Int

  enum Target {
    /// Whether the sums are what it holds.
    var isFloat: Bool { if case .float32 = self { true } else { false } }


    case float32(DisjointMemory<Float>)
    case float16(DisjointMemory<Float16>)
    case bfloat16(DisjointMemory<BFloat16>)
  }

  /// - Parameters:
  ///   - block: Rows and columns that are written together, at most.
  ///   - kernel: `nil` where sums are the result: floats, without bias or activation.
  init(
    _ target: Target, _ shape: Shape, _ end: ProductEnd, block: Shape, threads: Int,
    _ workspace: Workspace, _ kernel: Kernel<FinishRows>?
  ) {
    self.shape = shape
    self.target = target
    self.end = end
    var isFloat = false
    if case .float32 = target { isFloat = true }
    self.kernel = kernel
    precondition(kernel != nil || isFloat && end.isNone, "sums that nothing finishes")
    scratchStride = block.columns
    scratchCount = isFloat ? 0 : block.count
    scratch = isFloat ? nil : workspace.take(block.count * threads)
  }

  /// Lends memory for the sums of a block, and finishes them.
  ///
  /// - Parameter body: Writes, or adds to, rows that lie `stride` apart.
  func write(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int,
    _ body: (_ sums: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) {
    // Rows and columns of a block are its own, and a worker's scratch is.
    let place = rows.lowerBound * shape.columns + columns.lowerBound
    let (sums, stride): (UnsafeMutablePointer<Float>, Int)
    if let scratch {
      unsafe (sums, stride) = (scratch.pointer + worker * scratchCount, scratchStride)
    } else {
      guard case .float32(let memory) = target else { preconditionFailure("no memory for sums") }
      unsafe (sums, stride) = (memory.pointer + place, shape.columns)
    }
    unsafe body(sums, stride)
    guard let kernel else { return }
    let bias = unsafe end.bias.map { unsafe $0.pointer + columns.lowerBound }
    var arguments = unsafe FinishRows(
      c: aq_finish_args(
        rows: rows.count, columns: columns.count, sums: sums, stride: stride, bias: bias,
        activation: end.activation.code, out: start(place), out_stride: shape.columns,
        form: form))
    kernel(&arguments)
  }

  /// The same where there is nothing to sum.
  func writeZeros(_ rows: Range<Int>, _ columns: Range<Int>, worker: Int) {
    unsafe write(rows, columns, worker: worker) { sums, stride in
      for row in 0..<rows.count {
        unsafe (sums + row * stride).update(repeating: 0, count: columns.count)
      }
    }
  }

  private func start(_ place: Int) -> UnsafeMutableRawPointer {
    switch target {
    case .float32(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    case .float16(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    case .bfloat16(let memory): unsafe UnsafeMutableRawPointer(memory.pointer + place)
    }
  }

  private var form: Int32 {
    switch target {
    case .float32: Int32(AQ_FLOATS)
    case .float16: Int32(AQ_HALVES)
    case .bfloat16: Int32(AQ_BRAIN_HALVES)
    }
  }
}

/// What is done to the sums of a product before they are its result.
package struct ProductEnd: Sendable {
  /// One number a column.
  var bias: Buffer<Float>?
  var activation: Activation = .none

  /// Sums as they are.
  package static let none = ProductEnd()

  var isNone: Bool { bias == nil && activation == .none }

  /// - Throws: ``ShapeError/wrongCount(of:expected:found:)`` for a bias of another length.
  func check(columns: Int) throws(ShapeError) {
    if let bias, bias.count != columns {
      throw .wrongCount(of: "biases", expected: columns, found: bias.count)
    }
  }
}

/// A function of each value of a product.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// The value itself.
  case none
  /// max(x, 0)
  case relu
  /// x · Φ(x) with the distribution Φ of the normal law (Hendrycks and Gimpel, 2016).
  case gelu
  /// x / (1 + e^-x)
  case silu

  var code: Int32 {
    switch self {
    case .none: Int32(AQ_IDENTITY)
    case .relu: Int32(AQ_RELU)
    case .gelu: Int32(AQ_GELU)
    case .silu: Int32(AQ_SILU)
    }
  }

  /// The definition.
  @inline(__always)
  func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .none: x
    case .relu: x > 0 ? x : 0
    case .gelu: FloatFunctions.gelu(x)
    case .silu: FloatFunctions.silu(x)
    }
  }
}

/// The kernels that finish the sums of products.
enum FinishKernels {
  static let finish = unsafe KernelTable<FinishRows>(
    aq_finish_f32(), portable: "aq_finish_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let code = unsafe arguments.activation
    let activation = Activation.allCases.first { $0.code == code }
    for row in unsafe 0..<arguments.rows {
      for column in unsafe 0..<arguments.columns {
        var value = unsafe arguments.sums[row * arguments.stride + column]
        if let bias = unsafe arguments.bias { unsafe value += bias[column] }
        value = (activation ?? .none)(value)
        let place = unsafe row * arguments.out_stride + column
        switch unsafe arguments.form {
        case Int32(AQ_HALVES):
          unsafe arguments.out.assumingMemoryBound(to: Float16.self)[place] = Float16(value)
        case Int32(AQ_BRAIN_HALVES):
          unsafe arguments.out.assumingMemoryBound(to: BFloat16.self)[place] = BFloat16(value)
        default:
          unsafe arguments.out.assumingMemoryBound(to: Float.self)[place] = value
        }
      }
    }
  }
}
