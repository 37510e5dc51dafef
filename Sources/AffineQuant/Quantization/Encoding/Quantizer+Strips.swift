internal import Synchronization

extension Quantizer {
  /// Chooses the parameters of strips and encodes them, strip by strip: the second time their values
  /// are read they are still in a cache.
  ///
  /// - Parameters:
  ///   - columns: Takes the ranges of columns too, where strips are whole rows.
  ///   - known: The ranges of columns, where these are blocks; without them values are read for ranges first.
  /// - Returns: `nil` if there is an error; which one, reading the whole matrix tells.
  func quantizedByStrips(
    joining columns: ColumnRanges? = nil, knowing known: [ColumnRanges.Part] = []
  ) -> CodeMatrix? {
    let (storage, shape, kind) = (chooser.type.storage, source.shape, chooser.type.mapping.kind)
    let strips = BlockStrips(grid, threads: execution.threads, areReadOnce: !known.isEmpty)
    let blocks = grid.extent.count
    let kernel = QuantizeKernels.range.best(on: execution)
    let isValid = Atomic(true)
    var (scales, biases) = (Buffer<Float>([]), Buffer<Float>([]))
    var zeroPoints = Buffer<Int16>([])
    let byteCount = shape.rows * storage.byteCount(columns: shape.columns)
    let codes = Buffer<UInt8>(count: byteCount, zeroed: false) { codes in
      scales = Buffer(count: blocks, zeroed: false) { scales in
        zeroPoints = Buffer(count: kind == .asymmetric ? blocks : 0, zeroed: false) { zeroPoints in
          biases = Buffer(count: kind == .biased ? blocks : 0, zeroed: false) { biases in
            // Strips have blocks of their own, and their codes do not overlap.
            ThreadPool.shared.parallelRows(strips.count, strips.size, execution) { part in
              var reader = RowReader(source, execution)
              var ranges = StripRanges(grid, execution)
              var writer = CodeWriter(storage, shape, codes, execution)
              var encoder = encoder
              var chosen: [BlockParameters] = []
              var ofColumns = columns?.part
              for index in part where isValid.load(ordering: .relaxed) {
                let strip = strips[index]
                if !known.isEmpty { ranges.join(known, strip.columns) }
                guard !known.isEmpty || ranges.read(strip, strips.ends, &reader),
                  choose(ranges, &chosen)
                else {
                  isValid.store(false, ordering: .relaxed)
                  return
                }
                store(chosen, strip.blocks, scales, zeroPoints, biases)
                encoder.load(chosen.span)
                reader.read(strip.rows, strip.columns) {
                  writer.write($0, strips.ends, encoder)
                  ofColumns?.join($0, kernel)
                }
              }
              if let ofColumns { columns?.add(ofColumns) }
            }
          }
        }
      }
    }
    guard isValid.load(ordering: .relaxed) else { return nil }
    return CodeMatrix(
      type: chooser.type, grid: grid, codes: codes, scales: scales, zeroPoints: zeroPoints,
      biases: biases)
  }

  /// Chooses the parameters of blocks; `false` if one of them has none.
  private func choose(_ ranges: StripRanges, _ chosen: inout [BlockParameters]) -> Bool {
    chosen.removeAll(keepingCapacity: true)
    for (minimum, maximum) in zip(ranges.low, ranges.high) {
      let block = chooser.parameters(minimum, maximum)
      guard chooser.accepts(block), !chooser.rejectsNegative(minimum) else { return false }
      chosen.append(block)
    }
    return true
  }

  private func store(
    _ chosen: [BlockParameters], _ blocks: Range<Int>, _ scales: DisjointMemory<Float>,
    _ zeroPoints: DisjointMemory<Int16>, _ biases: DisjointMemory<Float>
  ) {
    scales.withRange(blocks) { for index in chosen.indices { $0[index] = chosen[index].scale } }
    if zeroPoints.count > 0 {
      zeroPoints.withRange(blocks) {
        for index in chosen.indices { $0[index] = chosen[index].zeroPoint }
      }
    }
    if biases.count > 0 {
      biases.withRange(blocks) { for index in chosen.indices { $0[index] = chosen[index].bias } }
    }
  }
}
