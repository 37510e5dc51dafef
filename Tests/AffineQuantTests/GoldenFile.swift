import AffineFormats
import AffineQuant
import Foundation

/// A file of cases that another library computed; `Tests/Golden/generate.py` makes it.
struct GoldenFile {
  /// What a case says of itself.
  struct Description: Decodable {
    let method, granularity, input, inputType, scaleType: String
    let bits: Int
    let signed: Bool
    let codeMinimum, codeMaximum: Int
    let epsilon: String?
  }

  let tensors: SafeTensorsFile
  let cases: [(name: String, description: Description)]

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    tensors = try SafeTensorsFile(path: folder.appending(path: "Golden/\(name).safetensors").path())
    cases = try tensors.header.metadata.filter { $0.key.hasPrefix("case/") }
      .sorted { $0.key < $1.key }
      .map { ($0.key, try JSONDecoder().decode(Description.self, from: Data($0.value.utf8))) }
  }

  /// The numbers of a tensor of any type that the files have, as `Double`.
  func numbers(_ name: String) throws -> [Double] {
    guard let entry = tensors.header[name] else { throw SafeTensorsError.missing(name: name) }
    let bytes = try tensors.bytes(of: name).array
    func integers<T: FixedWidthInteger>(_: T.Type) -> [T] {
      stride(from: 0, to: bytes.count, by: T.bitWidth / 8).map { start in
        (0..<T.bitWidth / 8).reduce(T.zero) {
          $0 | T(truncatingIfNeeded: bytes[start + $1]) << (8 * $1)
        }
      }
    }
    return switch entry.element {
    case .int8: integers(Int8.self).map(Double.init)
    case .uint8: integers(UInt8.self).map(Double.init)
    case .int32: integers(Int32.self).map(Double.init)
    case .float32: integers(UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .float16: integers(UInt16.self).map { Double(Float16(bitPattern: $0)) }
    case .bfloat16: integers(UInt16.self).map { Double(Float(BFloat16(bitPattern: $0))) }
    default:
      throw SafeTensorsError.unexpected(name: name, expected: "numbers", found: "\(entry.element)")
    }
  }
}

extension GoldenFile.Description {
  /// Our type for the case: tinygemm's codes less their middle are signed.
  var type: QuantizedType? {
    let isSigned = signed || method == "tinygemm"
    let storage: CodeFormat =
      switch method {
      case "mxfp4": .float(.float4e2m1)
      case "mxfp8": .float(.float8e4m3)
      default: isSigned ? .signed(bits: bits) : .unsigned(bits: bits)
      }
    let kind: MappingFormat.Kind =
      switch method {
      case "symmetric", "symmetricNoClipping": signed ? .symmetric : .asymmetric
      case "asymmetric": .asymmetric
      case "tinygemm", "mlx": .biased
      default: .symmetric
      }
    guard let block = Block(name: granularity), let scale = ScaleFormat(rawValue: scaleType) else {
      return nil
    }
    return try? QuantizedType(storage, block, MappingFormat(kind: kind, scale: scale))
  }

  var options: QuantizationOptions {
    let rule: ParameterRule =
      switch method {
      case "symmetric": signed ? .symmetric : .symmetricMidpoint
      case "symmetricNoClipping": .symmetricNoClipping
      case "asymmetric": .asymmetric
      case "tinygemm": .tinygemm
      case "mlx": .mlx
      default: .mlxFloat
      }
    let isMX = rule == .mlxFloat
    let shift = method == "tinygemm" ? 1 << (bits - 1) : 0
    return QuantizationOptions(
      rule: rule, epsilon: epsilon == "machineEpsilon" ? .machineEpsilon : .smallestNormal,
      codes: isMX ? nil : codeMinimum - shift...codeMaximum - shift)
  }

  /// What is added to our code to give the file's.
  var codeShift: Double { method == "tinygemm" ? Double(1 << (bits - 1)) : 0 }
}
