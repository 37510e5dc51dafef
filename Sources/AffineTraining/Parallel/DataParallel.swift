public import AffineLayers
public import AffineQuant

/// Ranks that train one model together, processes with a number each, and each on its part of every batch.
///
/// Every call is one of all ranks, in the same order on each of them.
public protocol DataParallel: AnyObject {
  /// The number of this rank, from 0.
  var rank: Int { get }
  /// How many ranks there are.
  var size: Int { get }
  /// Whether each rank keeps the moments of its part of the parameters alone (ZeRO-1, arXiv
  /// 1910.02054).
  var shardsOptimizer: Bool { get }
  /// Whether each rank keeps its part of the parameters and gradients alone too, and gets those of others
  /// for as long as a layer needs them (ZeRO-3).
  var shardsWeights: Bool { get }
  /// Whether sums are made in an order that does not depend on ``size``: every window is a backward pass
  /// of its own then, which costs more.
  var isFixedOrder: Bool { get }
  /// What this rank spent so far on what it does for others.
  var times: ParallelTimes { get }

  /// Sums over ranks, where no more than one of them has a number other than 0 at any place: exact.
  ///
  /// - Throws: ``ParallelError``.
  func gathered(_ values: [Double]) throws(ParallelError) -> [Double]

  /// Begins a step: gradients have these shapes, and their sums go to the rank that owns the parameter, or to
  /// all if `owners` says nothing.
  func begin(
    _ shapes: [Shape], owners: [Int]?, step: Int, seed: UInt64, on execution: Execution)

  /// Takes this rank's gradient by a parameter, which nothing will be added to any more. Sending it has
  /// begun, or begins with the gradients after it.
  ///
  /// - Parameters:
  ///   - gradient: Of the shape that ``begin(_:owners:step:seed:on:)`` was given for the parameter.
  ///   - parameter: Its place among the parameters, from 0.
  /// - Throws: ``ParallelError``: what ranks exchange through has failed, a gradient that cannot be quantized.
  func add(_ gradient: Matrix<Float>, of parameter: Int) throws(ParallelError)

  /// Waits for all gradients.
  ///
  /// - Returns: The sums over ranks that are for this one, by the place of the parameter and in its shape; the
  ///   same bits on each rank.
  /// - Throws: ``ParallelError``, as ``add(_:of:)``.
  func finish() throws(ParallelError) -> [Int: Matrix<Float>]

  /// A weight as it travels to ranks that do not keep it: as it is, or rounded to the nearest.
  ///
  /// - Parameters:
  ///   - weight: Outputs × inputs, or the rows of a table.
  ///   - parameter: Its place among the parameters, from 0, for errors.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The weight in its shape.
  /// - Throws: ``ParallelError/weight(parameter:_:)``: values that cannot become the codes that it travels in.
  func packed(
    _ weight: Matrix<Float>, of parameter: Int, on execution: Execution
  ) throws(ParallelError) -> StoredMatrix

  /// The bytes of one rank, on all of them; what others give is not read.
  ///
  /// - Throws: ``ParallelError``.
  func broadcast(_ bytes: Buffer<UInt8>, from rank: Int) throws(ParallelError) -> Buffer<UInt8>

  /// The bytes of all ranks, each as many as it has, on all of them.
  ///
  /// - Throws: ``ParallelError``.
  func share(_ bytes: Buffer<UInt8>) throws(ParallelError) -> [Buffer<UInt8>]

  /// The bytes of all ranks, on the first of them; on the others nothing.
  ///
  /// - Throws: ``ParallelError``.
  func gather(_ bytes: Buffer<UInt8>) throws(ParallelError) -> [Buffer<UInt8>]
}

/// What keeps ranks from training together.
public enum ParallelError: Error, Hashable {
  /// What they exchange through has failed.
  case communication(String)
  /// A gradient that cannot be quantized to be sent.
  case gradient(parameter: Int, QuantizationError)
  /// A weight that cannot be.
  case weight(parameter: Int, QuantizationError)
}

extension ParallelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .communication(let reason): reason
    case .gradient(let parameter, let error): "the gradient of parameter \(parameter): \(error)"
    case .weight(let parameter, let error): "parameter \(parameter): \(error)"
    }
  }
}
