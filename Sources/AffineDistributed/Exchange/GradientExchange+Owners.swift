public import AffineQuant
public import AffineLayers
public import AffineTraining

/// Sums that one rank alone gets: that which keeps the parameter.
extension GradientExchange {
  func add(
    _ gradient: Matrix<Float>, of parameter: Int, for owner: Int
  ) throws(ParallelError) {
    if owner == rank { sums[parameter] = BufferBuilder(count: gradient.shape.count) }
    var first = 0
    while first < gradient.shape.count {
      let bucket =
        owned ?? OwnedBucket(buckets, capacity: options.ownedBucket(ranks: size), ranks: size)
      if owned == nil { buckets += 1 }
      owned = bucket
      first = bucket.take(gradient.values, of: parameter, from: first, for: owner).upperBound
      if bucket.isFull { try send(bucket) }
      try advanceToOwners(underWay: options.underWay)
    }
  }

  func send(_ bucket: OwnedBucket) throws(ParallelError) {
    owned = nil
    var parts: [Buffer<UInt8>] = []
    for owner in 0..<size { parts.append(try encoded(bucket, for: owner)) }
    let counts = parts.map(\.count)
    let bytes = Buffer<UInt8>(count: counts.reduce(0, +), zeroed: false) { memory in
      var first = 0
      for part in parts {
        memory.copy(part, 0..<part.count, to: first)
        first += part.count
      }
    }
    try communicating { () throws(CommunicationError) in
      bucket.wait(
        for: try communicator.startExchange(bytes, counts: counts),
        byteCount: bytes.count + size * counts[rank])
    }
    let columns = (0..<size).reduce(0) { $0 + ($1 == rank ? 0 : bucket.columns(for: $1)) }
    traffic.gradientBytes += bytes.count - counts[rank]
    traffic.float32GradientBytes += columns * MemoryLayout<Float>.stride
    sentToOwners.append(bucket)
  }

  /// Takes buckets on whose calls have ended, and waits until no more bytes are under way than some.
  func advanceToOwners(underWay most: Int) throws(ParallelError) {
    sentToOwners = try settled(
      sentToOwners, late: late(sentToOwners.map(\.byteCount), most), \.parts, keep)
  }

  private func keep(_ bucket: OwnedBucket, _ parts: any Transfer) throws(ParallelError) {
    let columns = bucket.columns(for: rank)
    let bytes = try communicating { () throws(CommunicationError) in try parts.wait() }
    guard columns > 0 else { return }
    let values = try summed(bytes, columns: columns).values
    var first = 0
    for piece in bucket.pieces[rank] {
      let part = first..<first + piece.values.count
      sums[piece.parameter]?.memory.withRange(piece.values) { memory in
        memory.copy(values.span.extracting(part))
      }
      first = part.upperBound
    }
  }

  /// The sum of what all ranks sent, each decoded when its turn comes.
  func summed(_ bytes: Buffer<UInt8>, columns: Int) throws(ParallelError) -> Matrix<Float> {
    let width = options.exchange.byteCount(columns: columns)
    do throws(QuantizationError) {
      return try RowTree.sum(size, on: rows.execution) { row throws(QuantizationError) in
        let part = bytes.part(row * width..<(row + 1) * width)
        return try rows.decode(part, Shape(1, columns))
      }
    } catch { throw .communication("gradients arrived that are none: \(error)") }
  }

  /// Adds what the last step lost, rounds, and remembers what is lost now.
  private func encoded(
    _ bucket: OwnedBucket, for owner: Int
  ) throws(ParallelError) -> Buffer<UInt8> {
    guard bucket.columns(for: owner) > 0 else { return Buffer([]) }
    let feedsBack = options.feedsBackErrors && options.exchange != .float32
    let key = bucket.number * size + owner
    var values = bucket.row(for: owner)
    if feedsBack, let lost = errors[key]?.own, lost.shape == values.shape {
      Elementwise.accumulate(&values, lost, on: rows.execution)
    }
    do throws(QuantizationError) {
      let encoded = try rows.encode(
        consume values, rounding(key, isSum: false), losing: feedsBack)
      if let lost = encoded.lost { errors[key] = RoundingErrors(own: lost) }
      return encoded.bytes
    } catch { throw located(error, bucket.pieces[owner]) }
  }

  /// Names the parameter of a value that is not finite.
  private func located(
    _ error: QuantizationError, _ pieces: [OwnedBucket.Piece]
  ) -> ParallelError {
    guard case .notFinite(let value, _, var place) = error else {
      return .communication("gradients cannot be rounded: \(error)")
    }
    for piece in pieces {
      guard place >= piece.values.count else {
        let columns = max(shapes[piece.parameter].columns, 1)
        place += piece.values.lowerBound
        return .gradient(
          parameter: piece.parameter,
          .notFinite(value, row: place / columns, column: place % columns))
      }
      place -= piece.values.count
    }
    return .communication("gradients cannot be rounded: \(error)")
  }

  public func packed(
    _ weight: Matrix<Float>, of parameter: Int, on execution: Execution
  ) throws(ParallelError) -> StoredMatrix {
    do throws(QuantizationError) {
      return try ExchangedRows.packed(weight, options.gather, on: execution)
    } catch { throw .weight(parameter: parameter, error) }
  }
}
