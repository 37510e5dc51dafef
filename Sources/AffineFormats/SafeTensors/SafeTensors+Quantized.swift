public import AffineQuant

// A quantized matrix `w` in a file:
//
//   w.codes        U8 [rows, bytes of a row]: every row one little-endian bit stream
//   w.scales       F32, F16, BF16 or F8_E8M0, one a block, [rows of blocks, columns of blocks]
//   w.zero_points  I16, likewise, if the mapping is asymmetric
//   w.biases       of the scales' type, likewise, if the mapping is biased
//
// Scales that are codes are U8 [rows of blocks, bytes of a row], biases likewise, with
//
//   w.super_scales, w.super_biases  of the type of their scales, one a block of them
//   w.scale_mean                    F32 [1, 1], of scales that are places in a table
//
// and in the metadata `affine.w` = "TYPE ROWSxCOLUMNS", as "int4-group32 4096x4096", followed by
// " origin RxC" where the first blocks are cut by R rows and C columns, and by " scales RxC" where the first
// super-blocks of scales are cut by so many of these.

extension SafeTensorsWriter {
  /// Adds a quantized matrix under the names of its parts.
  ///
  /// - Parameters:
  ///   - name: What those of the parts begin with.
  ///   - matrix: Any shape, and any type but those with a codebook of a package's own.
  /// - Throws: ``SafeTensorsError``: a name twice, a codebook of a package's own.
  public mutating func add(
    _ name: String, _ matrix: some QuantizedMatrix
  ) throws(SafeTensorsError) {
    let core = matrix.erased.core
    let grid = [core.grid.extent.rows, core.grid.extent.columns]
    let format = core.type.mapping.scale
    if case .codebook(let map) = core.type.mapping.kind, !map.isBuiltIn {
      throw .malformedQuantized(name: name, reason: "files do not hold the table \(map.name)")
    }
    try add("\(name).codes", .uint8, shape: [core.shape.rows, core.rowBytes], bytes: core.codes)
    if let coded = core.codedScales {
      try add("\(name)", "scales", coded.scales)
      if let biases = coded.biases { try add(name, "biases", biases) }
      if let mean = coded.mean {
        try add("\(name).scale_mean", .float32, shape: [1, 1], bytes: Buffer([mean]).bytes)
      }
    } else {
      try add("\(name).scales", format.element, shape: grid, bytes: format.bytes(of: core.scales))
    }
    switch core.type.mapping.kind {
    case .asymmetric:
      try add("\(name).zero_points", .int16, shape: grid, bytes: core.zeroPoints.bytes)
    case .biased where core.type.mapping.codes == nil:
      try add("\(name).biases", format.element, shape: grid, bytes: format.bytes(of: core.biases))
    case .symmetric, .biased, .codebook: break
    }
    var description = "\(core.type.name) \(core.shape.rows)x\(core.shape.columns)"
    if core.grid.origin != Shape(0, 0) {
      description += " origin \(core.grid.origin.rows)x\(core.grid.origin.columns)"
    }
    if let origin = core.codedScales?.scales.grid.origin, origin != Shape(0, 0) {
      description += " scales \(origin.rows)x\(origin.columns)"
    }
    metadata["affine.\(name)"] = description
  }

  /// Adds a matrix of scales or biases.
  private mutating func add(
    _ name: String, _ part: String, _ scales: CodeMatrix
  ) throws(SafeTensorsError) {
    let (extent, format) = (scales.grid.extent, scales.type.mapping.scale)
    try add(
      "\(name).\(part)", .uint8, shape: [scales.shape.rows, scales.rowBytes], bytes: scales.codes)
    try add(
      "\(name).super_\(part)", format.element, shape: [extent.rows, extent.columns],
      bytes: format.bytes(of: scales.scales))
  }

  /// The quantized matrix that metadata of a name describes, if they do.
  package static func describedName(_ name: String) -> String? { name.after(prefix: "affine.") }

  /// The tensors that a quantized matrix is.
  package static func partNames(of name: String, _ type: QuantizedType) -> [String] {
    var parts =
      switch type.mapping.kind {
      case .symmetric, .codebook: ["codes", "scales"]
      case .asymmetric: ["codes", "scales", "zero_points"]
      case .biased: ["codes", "scales", "biases"]
      }
    if type.mapping.codes != nil {
      parts += parts.filter { $0 == "scales" || $0 == "biases" }.map { "super_\($0)" }
    }
    if type.mapping.codes?.table != nil { parts.append("scale_mean") }
    return parts.map { "\(name).\($0)" }
  }
}

extension SafeTensorsFile {
  /// The names of the quantized matrices.
  public var quantizedNames: [String] {
    header.metadata.keys.compactMap { SafeTensorsWriter.describedName($0) }
      .sorted { $0.precedes($1) }
  }

  /// Whether a quantized matrix has this name.
  package func isQuantized(_ name: String) -> Bool { header.metadata["affine.\(name)"] != nil }

  /// A quantized matrix of the rows and columns that the file's metadata name; its codes are not copied.
  ///
  /// - Throws: ``SafeTensorsError``: a part that is missing, or does not fit the description.
  public func quantized(_ name: String) throws(SafeTensorsError) -> AnyQuantized {
    guard let text = header.metadata["affine.\(name)"] else { throw .missing(name: name) }
    guard let (type, grid, scaleOrigin) = Self.describe(text) else {
      throw .malformedQuantized(name: name, reason: "'\(text)' is not a type and a shape")
    }
    do { try grid.validate() } catch { throw .quantization(name: name, .shape(error)) }
    let blocks = [grid.extent.rows, grid.extent.columns]
    let rowBytes = type.storage.byteCount(columns: grid.shape.columns)
    try check("\(name).codes", shape: [grid.shape.rows, rowBytes])
    let codes = try elements("\(name).codes", .uint8, as: UInt8.self)
    var parts: CodeMatrix.Parts
    if let scaleType = type.scaleType {
      let biases = type.mapping.kind == .biased
      parts = CodeMatrix.Parts(
        codes: codes,
        coded: QuantizedScales(
          scales: try scales(name, "scales", scaleType, grid, scaleOrigin),
          biases: biases ? try scales(name, "biases", scaleType, grid, scaleOrigin) : nil,
          mean: type.mapping.codes?.table == nil ? nil : try mean(name)))
    } else {
      parts = CodeMatrix.Parts(
        codes: codes, scales: try parameters("\(name).scales", type.mapping.scale, blocks))
    }
    if type.mapping.kind == .asymmetric {
      try check("\(name).zero_points", shape: blocks)
      parts.zeroPoints = try elements("\(name).zero_points", .int16)
    }
    if type.mapping.kind == .biased, type.mapping.codes == nil {
      parts.biases = try parameters("\(name).biases", type.mapping.scale, blocks)
    }
    do { return AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts)) } catch {
      throw .quantization(name: name, error)
    }
  }

  /// A matrix of scales or biases.
  private func scales(
    _ name: String, _ part: String, _ type: QuantizedType, _ blocks: BlockGrid, _ origin: Shape
  ) throws(SafeTensorsError) -> CodeMatrix {
    let grid = BlockGrid(blocks.extent, type.block, origin: origin)
    do { try grid.validate() } catch { throw .quantization(name: name, .shape(error)) }
    let rowBytes = type.storage.byteCount(columns: grid.shape.columns)
    try check("\(name).\(part)", shape: [grid.shape.rows, rowBytes])
    let supers = try parameters(
      "\(name).super_\(part)", type.mapping.scale, [grid.extent.rows, grid.extent.columns])
    let parts = CodeMatrix.Parts(codes: try elements("\(name).\(part)", .uint8), scales: supers)
    do { return try CodeMatrix(type: type, grid: grid, parts: parts) } catch {
      throw .quantization(name: name, error)
    }
  }

  private func mean(_ name: String) throws(SafeTensorsError) -> Float {
    try check("\(name).scale_mean", shape: [1, 1])
    return try elements("\(name).scale_mean", .float32, as: Float.self)[0]
  }

  private static func describe(_ text: String) -> (QuantizedType, BlockGrid, scales: Shape)? {
    // Whole characters of a long text that is not ASCII take a time that grows with its square.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var words = text.split(separator: " ", omittingEmptySubsequences: false)[...]
    guard words.count >= 2, let type = QuantizedType(name: String(words.removeFirst())),
      let shape = shape(words.removeFirst())
    else { return nil }
    var (origin, scales) = (Shape(0, 0), Shape(0, 0))
    if words.first == "origin", words.count >= 2 {
      guard let cut = Self.shape(words[words.startIndex + 1]) else { return nil }
      origin = cut
      words.removeFirst(2)
    }
    if words.first == "scales", words.count >= 2, type.mapping.codes != nil {
      guard let cut = Self.shape(words[words.startIndex + 1]) else { return nil }
      scales = cut
      words.removeFirst(2)
    }
    return words.isEmpty ? (type, BlockGrid(shape, type.block, origin: origin), scales) : nil
  }

  private static func shape(_ text: Substring) -> Shape? {
    let extents = text.split(separator: "x", omittingEmptySubsequences: false)
    guard extents.count == 2, let rows = Int(extents[0]), let columns = Int(extents[1]) else {
      return nil
    }
    return Shape(rows, columns)
  }

  private func check(_ name: String, shape: [Int]) throws(SafeTensorsError) {
    guard let entry = header[name] else { throw .missing(name: name) }
    guard entry.shape == shape else {
      throw .unexpected(name: name, expected: "\(shape)", found: "\(entry.shape)")
    }
  }

  private func parameters(
    _ name: String, _ format: ScaleFormat, _ shape: [Int]
  ) throws(SafeTensorsError) -> Buffer<Float> {
    try check(name, shape: shape)
    switch format {
    case .float32: return try elements(name, .float32)
    case .float16:
      return Buffer(try elements(name, .float16, as: Float16.self).array.map { Float($0) })
    case .bfloat16:
      return Buffer(try elements(name, .bfloat16, as: BFloat16.self).array.map { Float($0) })
    case .e8m0:
      let patterns = try elements(name, .float8E8M0, as: UInt8.self).array
      return Buffer(patterns.map { E8M0(bitPattern: $0).float })
    }
  }
}

extension ScaleFormat {
  /// The element type that scales have in a file.
  fileprivate var element: TensorElement {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .e8m0: .float8E8M0
    }
  }

  /// Scales as a file holds them; exact, since each is a number of this type.
  fileprivate func bytes(of scales: Buffer<Float>) -> Buffer<UInt8> {
    switch self {
    case .float32: scales.bytes
    case .float16: Buffer(scales.array.map { Float16(rounding: $0) }).bytes
    case .bfloat16: Buffer(scales.array.map { BFloat16($0) }).bytes
    case .e8m0: Buffer(scales.array.map { E8M0(roundingUp: $0).bitPattern })
    }
  }
}
