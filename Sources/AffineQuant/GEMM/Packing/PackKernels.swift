internal import AffineKernels

/// The kernels that prepare rows of bytes for products.
enum PackKernels {
  /// Sums of the codes of each slice, and of products of neighbours.
  static let totals = unsafe KernelTable<TotalsOfSlices>(
    aq_totals_8(), portable: "aq_totals_8_portable"
  ) { family in
    let arguments = unsafe family.c
    var index = 0
    for slice in unsafe 0..<arguments.slices {
      var (total, product): (Int32, Int32) = (0, 0)
      for _ in unsafe 0..<2 * arguments.slice_quads[slice] {
        let even = unsafe code(arguments, index), odd = unsafe code(arguments, index + 1)
        total &+= even &+ odd
        product &+= even &* odd
        index += 2
      }
      unsafe arguments.total[slice] = total
      unsafe arguments.product[slice] = product
    }
  }

  /// A row of values to signed bytes with a scale a slice, or one, and sums of codes.
  static let slices = unsafe KernelTable<QuantizeSlices>(
    aq_slices_i8(), portable: "aq_slices_i8_portable"
  ) { family in
    let arguments = unsafe family.c
    let columns = unsafe arguments.ends[arguments.slices - 1]
    unsafe family.c.is_finite = (0..<columns).allSatisfy { unsafe arguments.values[$0].isFinite }
    guard unsafe family.c.is_finite else { return }
    var (start, place, scale): (Int, Int, Float) = (0, 0, 1)
    for slice in unsafe 0..<arguments.slices {
      let end = unsafe arguments.ends[slice]
      if unsafe slice == 0 || !arguments.one_scale {
        let range = unsafe arguments.one_scale ? 0..<columns : start..<end
        let largest = range.reduce(into: Float(0)) {
          $0 = unsafe max($0, arguments.values[$1].magnitude)
        }
        scale = unsafe max(largest / 127, arguments.smallest)
        unsafe arguments.scale[slice] = scale
      }
      var total: Int32 = 0
      let length = unsafe 4 * Int(arguments.slice_quads[slice])
      for offset in 0..<length {
        let value = unsafe offset < end - start ? arguments.values[start + offset] : 0
        let code = (value * (1 / scale)).rounded(.toNearestOrEven)
        let byte = Int8(min(max(code, -127), 127))
        let (index, run) = unsafe (place + offset, arguments.run)
        unsafe arguments.codes[index / run * arguments.run_stride + index % run] = byte
        total += Int32(byte)
      }
      unsafe arguments.total[slice] = total
      (start, place) = (end, place + length)
    }
  }

  /// Quads of signed bytes to 16 bits, the even places first.
  static let widen = unsafe KernelTable<WidenQuads>(
    aq_widen_8(), portable: "aq_widen_8_portable"
  ) { family in
    let arguments = unsafe family.c
    for quad in unsafe 0..<arguments.quads {
      for (target, place) in [0, 2, 1, 3].enumerated() {
        unsafe arguments.wide[4 * quad + target] = Int16(arguments.codes[4 * quad + place])
      }
    }
  }

  /// Codes of 4 bits, one a byte, to halves of bytes.
  static let halve = unsafe KernelTable<HalvePanel>(
    aq_halve_4(), portable: "aq_halve_4_portable"
  ) { family in
    let arguments = unsafe family.c
    let half = unsafe arguments.half
    for group in unsafe 0..<arguments.groups {
      for byte in 0..<half {
        let (low, high) = unsafe (
          arguments.in[2 * group * half + byte], arguments.in[(2 * group + 1) * half + byte]
        )
        unsafe arguments.out[group * half + byte] = low | high << 4
      }
    }
  }

  /// The reverse.
  static let split = unsafe KernelTable<SplitPanel>(
    aq_split_4(), portable: "aq_split_4_portable"
  ) { family in
    let arguments = unsafe family.c
    let half = unsafe arguments.half
    for group in unsafe 0..<arguments.groups {
      for byte in 0..<half {
        let pair = unsafe arguments.in[group * half + byte]
        unsafe arguments.out[2 * group * half + byte] = pair & 15
        unsafe arguments.out[(2 * group + 1) * half + byte] = pair >> 4
      }
    }
  }

  private static func code(_ arguments: aq_totals_args, _ index: Int) -> Int32 {
    let byte = unsafe arguments.codes[index]
    return unsafe arguments.is_signed ? Int32(Int8(bitPattern: byte)) : Int32(byte)
  }
}

extension PackKernels {
  /// Puts bytes below 16 together, those of the second half of each group above those of the first.
  static func halve(
    _ bytes: borrowing Span<UInt8>, half: Int, into halves: inout MutableSpan<UInt8>,
    _ kernel: Kernel<HalvePanel>
  ) {
    let groups = halves.count / max(half, 1)
    precondition(bytes.count >= 2 * half * groups)
    unsafe withAddresses(bytes, &halves) { from, to in
      var arguments = unsafe HalvePanel(
        c: aq_halve_args(groups: groups, half: half, in: from, out: to))
      kernel(&arguments)
    }
  }

  /// The reverse.
  static func split(
    _ halves: borrowing Span<UInt8>, half: Int, into bytes: inout MutableSpan<UInt8>,
    _ kernel: Kernel<SplitPanel>
  ) {
    let groups = halves.count / max(half, 1)
    precondition(bytes.count >= 2 * half * groups)
    unsafe withAddresses(halves, &bytes) { from, to in
      var arguments = unsafe SplitPanel(
        c: aq_split_args(groups: groups, half: half, in: from, out: to))
      kernel(&arguments)
    }
  }

  /// Lends where bytes lie and go, if there are any.
  @unsafe static func withAddresses(
    _ source: borrowing Span<UInt8>, _ target: inout MutableSpan<UInt8>,
    _ body: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) {
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe body(from, to)
      }
    }
  }
}
