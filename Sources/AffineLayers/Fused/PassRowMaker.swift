internal import AffineQuant
internal import AffineKernels

/// Makes the rows that a product of a pass reads, inside of the product's region: what the layer before gave is
/// added to the residual stream, rows are normalized, gates open.
///
/// An object that is used again, product after product. While one runs it owns nothing that it points to.
@safe
final class PassRowMaker: @unchecked Sendable {
  /// What becomes of a row.
  enum Step {
    case none
    case norm(RowNormalizer)
    /// A function of the row, or of its halves.
    case function(Kernel<Elements>), gate(Kernel<Elements>)
  }

  /// What is added to the stream first, and what becomes of it before.
  @safe
  struct Addition {
    let branch: UnsafePointer<Float>
    let norm: RowNormalizer?
  }

  /// What is still to be added to the residual stream.
  var pending: PassRows?

  let normKernel: Kernel<NormRows>
  private let kernels:
    (
      accumulate: Kernel<Elements>, gelu: Kernel<Elements>, silu: Kernel<Elements>,
      swiglu: Kernel<Elements>, geglu: Kernel<Elements>
    )
  /// Two rows and two numbers for each worker.
  private let scratch: WorkerMemory<Float>
  private let most: Int
  private var rows = unsafe UnsafeMutablePointer<Float>(bitPattern: 64)!
  private var (width, first) = (0, 0)
  private var step = Step.none
  private var addition: Addition?
  /// Where all rows go.
  private var made = unsafe UnsafeMutablePointer<Float>(bitPattern: 64)!
  private var madeShape = Shape(0, 0)

  /// Elements below which a second thread costs more than it saves: about 3 µs of work.
  private static let smallest = 8192

  init(_ widths: PassMemory.Widths, _ execution: Execution, _ workspace: Workspace) {
    normKernel = RowKernels.norm.best(on: execution)
    kernels = (
      ElementKernels.accumulate.best(on: execution), ElementKernels.gelu.best(on: execution),
      ElementKernels.silu.best(on: execution), ElementKernels.swiglu.best(on: execution),
      ElementKernels.geglu.best(on: execution)
    )
    most = widths.most
    scratch = workspace.take(2 * most + 2, workers: execution.threads)
  }

  /// What an element of a row becomes; `nil` where no kernel does it.
  func function(_ function: DecoderConfiguration.Function) -> Step? {
    switch function {
    case .gelu: .function(kernels.gelu)
    case .silu: .function(kernels.silu)
    case .tanhGelu: nil
    }
  }

  func gate(_ function: DecoderConfiguration.Function) -> Step? {
    switch function {
    case .gelu: nil
    case .silu: .gate(kernels.swiglu)
    case .tanhGelu: .gate(kernels.geglu)
    }
  }

  /// Says what the next product's rows are; they stay where they are while it runs.
  func set(
    _ rows: UnsafeMutablePointer<Float>, width: Int, first: Int, _ step: Step, adding: Addition?
  ) {
    unsafe self.rows = unsafe rows
    (self.width, self.first, self.step, addition) = (width, first, step, adding)
  }

  /// As a product takes them.
  func rows(_ count: Int, columns: Int) -> LHSRows {
    unsafe LHSRows(
      Shape(count, columns), madeBy: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    ) { object, row, worker in
      unsafe Unmanaged<PassRowMaker>.fromOpaque(object)._withUnsafeGuaranteedRef {
        unsafe $0.values(ofRow: row, worker: worker)
      }
    }
  }

  /// Makes all rows now.
  func matrix(_ shape: Shape, on execution: Execution) -> Matrix<Float> {
    let values = BufferBuilder<Float>(count: shape.count)
    unsafe (made, madeShape) = unsafe (values.memory.pointer, shape)
    let threads = min(execution.threads, max(shape.count / Self.smallest, 1))
    let object = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    let work = unsafe ObjectWork(object, preparations: 0, parts: shape.rows) {
      object, _, row, worker in
      unsafe Unmanaged<PassRowMaker>.fromOpaque(object)._withUnsafeGuaranteedRef {
        $0.make(row, worker)
      }
    }
    ThreadPool.shared.run(object: work, threads: threads, execution.record)
    return Matrix(validated: shape, values.buffer)
  }

  private func make(_ row: Int, _ worker: Int) {
    let columns = madeShape.columns
    unsafe (made + row * columns).update(
      from: values(ofRow: row, worker: worker), count: columns)
  }

  /// Makes a row.
  func values(ofRow index: Int, worker: Int) -> UnsafePointer<Float> {
    let row = unsafe rows + (first + index) * width
    let memory = unsafe scratch.start(of: worker)
    let (other, statistics) = unsafe (memory + most, memory + 2 * most)
    if let addition {
      var added = unsafe addition.branch + (first + index) * width
      if let norm = addition.norm {
        unsafe norm(added, other, statistics)
        unsafe added = UnsafePointer(other)
      }
      unsafe apply(kernels.accumulate, added, nil, width, row)
    }
    switch step {
    case .none: return unsafe UnsafePointer(row)
    case .norm(let norm): unsafe norm(row, memory, statistics)
    case .function(let kernel): unsafe apply(kernel, row, nil, width, memory)
    case .gate(let kernel): unsafe apply(kernel, row, row + width / 2, width / 2, memory)
    }
    return unsafe UnsafePointer(memory)
  }

  private func apply(
    _ kernel: Kernel<Elements>, _ first: UnsafePointer<Float>, _ other: UnsafePointer<Float>?,
    _ count: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    var arguments = unsafe Elements(
      c: aq_elements_args(count: count, first: first, other: other, out: output, factor: 1))
    kernel(&arguments)
  }
}
