import AffineKernels
import AffineQuant
import Testing

/// Columns of bytes in panels of quads, and sums of the codes of such panels: every kernel that runs here against plain
/// loops, at the edges of vectors, panels and blocks, and no byte beside what is theirs.
@Suite struct QuadPanelTests {
  private static let widths = [4, 6, 8, 16, 30, 32, 128]
  /// Rows and columns.
  private static let shapes = [(1, 1), (5, 70), (8, 32), (64, 192), (67, 200), (130, 391)]
  private static let untouched: UInt8 = 0xa5

  /// A kernel, which takes the arguments of its family.
  @safe private struct Entry {
    let run: @convention(c) (UnsafeMutableRawPointer) -> Void

    func callAsFunction<Arguments>(_ arguments: inout Arguments) {
      unsafe withUnsafeMutablePointer(to: &arguments) { unsafe run(UnsafeMutableRawPointer($0)) }
    }
  }

  /// Those of a family that run here.
  private static func entries(_ family: aq_family) -> [Entry] {
    unsafe UnsafeBufferPointer(start: family.kernels, count: family.count).compactMap { kernel in
      let needs = unsafe InstructionSet(rawValue: kernel.needs)
      guard needs.isSubset(of: .running), let run = unsafe kernel.run else { return nil }
      return unsafe Entry(run: run)
    }
  }

  private static func codes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
  }

  @Test(arguments: widths, [UInt8(0), 0x80]) func columnsBecomePanels(width: Int, flip: UInt8) {
    let entries = unsafe Self.entries(aq_quads_8())
    #expect(!entries.isEmpty)
    for (rows, columns) in Self.shapes {
      let (stride, panels) = (columns + 3, (columns + width - 1) / width)
      let panelStride = (rows + 3) / 4 * width * 4 + 12
      let codes = Self.codes(rows * stride)
      var expected = [UInt8](repeating: Self.untouched, count: panels * panelStride)
      for column in 0..<panels * width {
        for row in 0..<(rows + 3) / 4 * 4 {
          let isThere = row < rows && column < columns
          let place = (row / 4 * width + column % width) * 4 + row % 4
          expected[column / width * panelStride + place] =
            isThere ? codes[row * stride + column] ^ flip : 0
        }
      }
      for entry in entries {
        var found = [UInt8](repeating: Self.untouched, count: panels * panelStride)
        unsafe codes.withUnsafeBufferPointer { codes in
          unsafe found.withUnsafeMutableBufferPointer { found in
            var arguments = unsafe aq_quads_args(
              lanes: columns, panel_lanes: width, count: rows, in: codes.baseAddress!,
              in_stride: stride, flip: flip, out: found.baseAddress!, panel_stride: panelStride)
            unsafe entry(&arguments)
          }
        }
        #expect(found == expected, "\(rows)×\(columns)")
      }
    }
  }

  @Test(arguments: widths, [true, false]) func slicesAreSummed(width: Int, isSigned: Bool) {
    let entries = unsafe Self.entries(aq_quad_totals_8())
    #expect(!entries.isEmpty)
    for slices: [UInt32] in [[1], [8, 8, 8], [3, 0, 5, 1], [257], []] {
      let codes = Self.codes(slices.reduce(0) { $0 + Int($1) } * width * 4 + 1)
      var expected: [Int32] = []
      var first = 0
      for quads in slices.map(Int.init) {
        for lane in 0..<width {
          let places = (first..<first + quads).flatMap { quad in
            (0..<4).map { (quad * width + lane) * 4 + $0 }
          }
          expected.append(
            places.reduce(0) {
              $0 + (isSigned ? Int32(Int8(bitPattern: codes[$1])) : Int32(codes[$1]))
            })
        }
        first += quads
      }
      for entry in entries {
        // One more, which is not theirs.
        var found = [Int32](repeating: -1, count: slices.count * width + 1)
        unsafe codes.withUnsafeBufferPointer { codes in
          unsafe (slices + [0]).withUnsafeBufferPointer { quads in
            unsafe found.withUnsafeMutableBufferPointer { found in
              var arguments = unsafe aq_quad_totals_args(
                codes: codes.baseAddress!, is_signed: isSigned, lanes: width, slices: slices.count,
                slice_quads: quads.baseAddress!, total: found.baseAddress!)
              unsafe entry(&arguments)
            }
          }
        }
        #expect(found == expected + [-1], "\(slices)")
      }
    }
  }
}
