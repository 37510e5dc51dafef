/// Both moments of an optimizer as codes of the dynamic maps, with one scale for each group of
/// neighbours in a row.
package struct DynamicMoments: Sendable {
  let grid: BlockGrid
  private var m, v: Moment

  /// Moments of zero.
  package init(_ shape: Shape, group: Int) {
    grid = BlockGrid(shape, Block(rows: 1, columns: group))
    m = Moment(zero: DynamicCodes.code(0, DynamicMap.signed.values), grid)
    v = Moment(zero: DynamicCodes.code(0, DynamicMap.unsigned.values), grid)
  }

  /// Bytes of codes and scales.
  package var byteCount: Int { 2 * (grid.shape.count + 4 * grid.extent.count) }

  /// The first and the second moment, as matrices.
  package func quantized() throws(QuantizationError) -> [AnyQuantized] {
    var matrices: [AnyQuantized] = []
    for (map, moment) in [(CodebookFormat.dynamic8, m), (.dynamicUnsigned8, v)] {
      let type = try QuantizedType(
        map.storage, grid.block, MappingFormat(kind: .codebook(map), scale: .float32))
      let parts = CodeMatrix.Parts(codes: moment.codes, scales: moment.scales)
      matrices.append(AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts)))
    }
    return matrices
  }

  private struct Moment: Sendable {
    var codes: Buffer<UInt8>
    var scales: Buffer<Float>

    /// The scale of zeros is 1.
    init(zero: Int, _ grid: BlockGrid) {
      codes = Buffer(count: grid.shape.count, zeroed: false) { codes in
        for index in codes.indices { codes[index] = UInt8(zero) }
      }
      scales = Buffer(count: grid.extent.count, zeroed: false) { scales in
        for index in scales.indices { scales[index] = 1 }
      }
    }
  }

  /// The memory of one moment.
  struct Memory {
    let codes: DisjointMemory<UInt8>
    let scales: DisjointMemory<Float>
  }

  /// Lends the memory of both to change it.
  mutating func change(_ body: (_ m: Memory, _ v: Memory) -> Void) {
    m.codes.change { mCodes in
      m.scales.change { mScales in
        v.codes.change { vCodes in
          v.scales.change { vScales in
            body(Memory(codes: mCodes, scales: mScales), Memory(codes: vCodes, scales: vScales))
          }
        }
      }
    }
  }
}
