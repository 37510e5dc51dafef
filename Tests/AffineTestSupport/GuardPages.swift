package import AffineQuant

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory with pages around it that nobody may touch: reading one byte too far ends the process.
@safe
private final class GuardPages {
  private let start: UnsafeMutableRawPointer
  private let count: Int
  /// Where the bytes lie.
  let base: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - byteCount: Bytes that may be touched, up to the next whole page at the other end.
  ///   - atEnd: Whether the bytes end where a guard begins, or begin where one ends.
  init(byteCount: Int, atEnd: Bool) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let inner = max((byteCount + page - 1) / page, 1) * page
    count = inner + 2 * page
    // The private anonymous mapping of the system whose flag has two names.
    let flags = MAP_PRIVATE | MAP_ANON
    guard let start = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe start != MAP_FAILED
    else { preconditionFailure("no memory for \(byteCount) bytes and their guards") }
    unsafe self.start = unsafe start
    unsafe base = unsafe start + page + (atEnd ? inner - byteCount : 0)
    let ends = unsafe [start, start + page + inner].map { unsafe mprotect($0, page, PROT_NONE) }
    precondition(ends == [0, 0], "guards that do not guard")
  }

  deinit { unsafe munmap(start, count) }
}

extension Buffer {
  /// The same elements between pages that nobody may touch.
  package func guarded(atEnd: Bool) -> Buffer {
    let stride = MemoryLayout<Element>.stride
    let pages = GuardPages(byteCount: count * stride, atEnd: atEnd)
    let start = unsafe pages.base.bindMemory(to: Element.self, capacity: count)
    unsafe start.update(from: pointer, count: count)
    return unsafe Buffer(unsafeStart: UnsafePointer(start), count: count, owner: pages)
  }
}

extension Matrix {
  package func guarded(atEnd: Bool) throws -> Matrix {
    try Matrix(shape, values.guarded(atEnd: atEnd))
  }
}

extension CodeMatrix {
  package func guarded(atEnd: Bool) throws -> CodeMatrix {
    let coded = try coded.map {
      QuantizedScales(
        scales: try $0.scales.guarded(atEnd: atEnd), biases: try $0.biases?.guarded(atEnd: atEnd),
        mean: $0.mean)
    }
    return CodeMatrix(
      type: type, grid: grid, codes: codes.guarded(atEnd: atEnd),
      scales: scales.guarded(atEnd: atEnd), zeroPoints: zeroPoints.guarded(atEnd: atEnd),
      biases: biases.guarded(atEnd: atEnd), coded: coded)
  }
}

extension ErasedOperand {
  /// The same operand between pages that nobody may touch.
  package func guarded(atEnd: Bool) throws -> ErasedOperand {
    switch self {
    case .float(.float32(let matrix)): .float(.float32(try matrix.guarded(atEnd: atEnd)))
    case .float(.float16(let matrix)): .float(.float16(try matrix.guarded(atEnd: atEnd)))
    case .float(.bfloat16(let matrix)): .float(.bfloat16(try matrix.guarded(atEnd: atEnd)))
    case .quantized(let matrix): .quantized(try matrix.guarded(atEnd: atEnd))
    }
  }
}
