public import AffineQuant
public import AffineTraining

/// Sums gradients over ranks while the backward pass goes on.
///
/// Gradients are gathered in buckets as they become ready. Of a full bucket each rank gets its part from
/// all others, adds the parts up and shares the sum: every rank sends 2 · (N − 1) / N of a bucket, in the
/// chosen format both times. Calls are waited for at the end of the backward pass, and in it where a slow network
/// has some of them under way already.
///
/// Where ranks keep or move their part of the parameters alone, the rank of a parameter gets its gradients from all
/// others and shares nothing: half of the bytes.
public final class GradientExchange: DataParallel {
  /// How it was asked for.
  public let options: ExchangeOptions
  /// What was sent so far.
  public internal(set) var traffic = ExchangeTraffic()
  public internal(set) var times = ParallelTimes()
  let communicator: any Communicator
  var rounding = ExchangeRounding()
  var rows = ExchangedRows(format: .float32, execution: .standard)
  var shapes: [Shape] = []
  /// Who gets sums; `nil`: all ranks.
  private var owners: [Int]?
  /// The same as below, of sums that are not for all.
  var owned: OwnedBucket?
  var sentToOwners: [OwnedBucket] = []
  /// Of this step: the bucket that gradients are added to, those that are sent, and the sums.
  private var filling: Bucket?
  private var sent: [Bucket] = []
  var buckets = 0
  var sums: [Int: BufferBuilder<Float>] = [:]
  /// What was rounded away, by bucket.
  var errors: [Int: RoundingErrors] = [:]

  /// Exchanges over ranks.
  public init(_ communicator: any Communicator, _ options: ExchangeOptions = ExchangeOptions()) {
    self.communicator = communicator
    self.options = options
  }

  public var rank: Int { communicator.rank }
  public var size: Int { communicator.size }
  public var shardsOptimizer: Bool { options.shardsOptimizer }
  public var shardsWeights: Bool { options.shardsWeights }
  public var isFixedOrder: Bool { options.isFixedOrder }

  public func begin(
    _ shapes: [Shape], owners: [Int]? = nil, step: Int, seed: UInt64, on execution: Execution
  ) {
    self.shapes = shapes
    self.owners = owners
    (owned, sentToOwners) = (nil, [])
    rounding = ExchangeRounding(seed: seed, step: step, rank: rank)
    rows = ExchangedRows(format: options.exchange, execution: execution)
    (filling, sent, buckets, sums) = (nil, [], 0, [:])
  }

  public func add(_ gradient: Matrix<Float>, of parameter: Int) throws(ParallelError) {
    try coding { () throws(ParallelError) in try take(gradient, of: parameter) }
  }

  private func take(_ gradient: Matrix<Float>, of parameter: Int) throws(ParallelError) {
    if let owners { return try add(gradient, of: parameter, for: owners[parameter]) }
    sums[parameter] = BufferBuilder(count: gradient.shape.count)
    var first = 0
    while first < gradient.shape.count {
      let bucket = filling ?? Bucket(buckets, capacity: options.bucket(ranks: size), ranks: size)
      if filling == nil { buckets += 1 }
      filling = bucket
      first = bucket.take(gradient.values, of: parameter, from: first).upperBound
      if bucket.isFull { try send(bucket) }
      try advance(underWay: options.underWay)
    }
  }

  public func finish() throws(ParallelError) -> [Int: Matrix<Float>] {
    try coding { () throws(ParallelError) in
      if let filling { try send(filling) }
      if let owned { try send(owned) }
      try advance(underWay: 0)
      try advanceToOwners(underWay: 0)
    }
    traffic.steps += 1
    defer { sums = [:] }
    var result: [Int: Matrix<Float>] = [:]
    for (parameter, values) in sums {
      result[parameter] = Matrix(validated: shapes[parameter], values.buffer)
    }
    return result
  }

  private func send(_ bucket: Bucket) throws(ParallelError) {
    filling = nil
    let bytes = try encode(bucket, bucket.rows, \.own)
    try communicating { () throws(CommunicationError) in
      bucket.parts = try communicator.startExchange(bytes)
      bucket.byteCount = 2 * bytes.count
    }
    count(bytes.count / size)
    sent.append(bucket)
  }

  /// Takes buckets on whose calls have ended, and waits until no more bytes are under way than some.
  private func advance(underWay most: Int) throws(ParallelError) {
    let late = late(sent.map(\.byteCount), most)
    for (index, bucket) in sent.enumerated() {
      guard let parts = bucket.parts else { continue }
      // Sums are shared in the order of buckets, on all ranks.
      guard try ended(parts, index < late) else { break }
      bucket.parts = nil
      try share(bucket, parts)
    }
    sent = try settled(sent, late: late, \.sums, keep)
  }

  /// How many of the oldest buckets have to end, by the bytes of each, so that no more than some are under way; two may
  /// be in any case, one that is made while another travels.
  func late(_ bytes: [Int], _ most: Int) -> Int {
    guard most > 0 else { return bytes.count }
    var kept = 0
    for (index, count) in bytes.enumerated().reversed() {
      kept += count
      if kept > most { return min(index + 1, max(bytes.count - 2, 0)) }
    }
    return 0
  }

  /// Keeps what has arrived.
  ///
  /// - Returns: The buckets that are under way still, and not the oldest, which are late.
  func settled<Kind>(
    _ buckets: [Kind], late: Int, _ transfer: (Kind) -> (any Transfer)?,
    _ keep: (Kind, any Transfer) throws(ParallelError) -> Void
  ) throws(ParallelError) -> [Kind] {
    var rest: [Kind] = []
    for (index, bucket) in buckets.enumerated() {
      guard let transfer = transfer(bucket), try ended(transfer, index < late) else {
        rest.append(bucket)
        continue
      }
      try keep(bucket, transfer)
    }
    return rest
  }

  private func ended(_ transfer: any Transfer, _ waiting: Bool) throws(ParallelError) -> Bool {
    try communicating { () throws(CommunicationError) in
      guard try !transfer.isDone() else { return true }
      guard waiting else { return false }
      let start = ContinuousClock.now
      defer { times.waiting += .now - start }
      _ = try transfer.wait()
      return true
    }
  }

  private func share(_ bucket: Bucket, _ parts: any Transfer) throws(ParallelError) {
    let arrived = try communicating { () throws(CommunicationError) in try parts.wait() }
    let sum = try summed(arrived, columns: bucket.columns)
    let bytes = try encode(bucket, sum, \.sum)
    try communicating { () throws(CommunicationError) in
      bucket.sums = try communicator.startShare(bytes)
    }
    count(bytes.count)
  }

  private func keep(_ bucket: Bucket, _ transfer: any Transfer) throws(ParallelError) {
    let bytes = try communicating { () throws(CommunicationError) in try transfer.wait() }
    let values = try decode(bytes, Shape(size, bucket.columns)).values
    for piece in bucket.pieces {
      sums[piece.parameter]?.memory.withRange(piece.values) { memory in
        memory.copy(values.span.extracting(piece.first..<piece.first + piece.values.count))
      }
    }
  }

  /// Adds what the last step lost, rounds, and remembers what is lost now.
  private func encode(
    _ bucket: Bucket, _ values: Matrix<Float>,
    _ error: WritableKeyPath<RoundingErrors, Matrix<Float>?>
  ) throws(ParallelError) -> Buffer<UInt8> {
    let feedsBack = options.feedsBackErrors && options.exchange != .float32
    var values = values
    if feedsBack, let lost = errors[bucket.number]?[keyPath: error], lost.shape == values.shape {
      values = Elementwise.add(values, lost, on: rows.execution)
    }
    let shape = values.shape
    do throws(QuantizationError) {
      let encoded = try rows.encode(
        consume values, rounding(bucket.number, isSum: error == \RoundingErrors.sum),
        losing: feedsBack)
      if let lost = encoded.lost {
        errors[bucket.number, default: RoundingErrors()][keyPath: error] = lost
      }
      return encoded.bytes
    } catch { throw located(error, bucket, shape) }
  }

  private func decode(
    _ bytes: Buffer<UInt8>, _ shape: Shape
  ) throws(ParallelError) -> Matrix<Float> {
    do throws(QuantizationError) { return try rows.decode(bytes, shape) } catch {
      throw .communication("gradients arrived that are none: \(error)")
    }
  }

  private func count(_ bytes: Int) {
    traffic.gradientBytes += bytes * (size - 1)
    let perValue = options.exchange.byteCount(columns: ExchangeFormat.group)
    traffic.float32GradientBytes += bytes * (size - 1) * 4 * ExchangeFormat.group / perValue
  }

  /// Names the parameter of a value that is not finite.
  private func located(
    _ error: QuantizationError, _ bucket: Bucket, _ shape: Shape
  ) -> ParallelError {
    guard case .notFinite(let value, let row, let column) = error,
      let (parameter, place) = bucket.owner(
        of: (shape.rows == 1 ? rank : row) * shape.columns + column)
    else { return .communication("gradients cannot be rounded: \(error)") }
    let columns = max(shapes[parameter].columns, 1)
    return .gradient(
      parameter: parameter,
      .notFinite(value, row: place / columns, column: place % columns))
  }
}
