/// How a code becomes a value: one of the library's mappings.
public protocol AffineMapping: Sendable {
  /// The type that scales are stored in.
  associatedtype Scale: ScaleElement
  /// The ways of choosing a block's parameters.
  associatedtype Method: ParameterMethod
  /// The mapping, described at run time.
  static var mappingFormat: MappingFormat { get }
}

/// A mapping that whole-number codes have; small floats have only ``Symmetric``.
public protocol IntegerMapping: AffineMapping {}

/// `value = scale · code`, with the scale stored as `Scale`.
///
/// Needs codes on both sides of zero: whole numbers with a sign, or small floats.
public enum SymmetricMapping<Scale: LinearScaleElement>: AffineMapping {
  public typealias Method = SymmetricMethod
  public static var mappingFormat: MappingFormat {
    MappingFormat(kind: .symmetric, scale: Scale.scaleFormat, codes: Scale.scaleCodes)
  }
}

/// `value = scale · (code − zeroPoint)`, with a whole zero point in the range of the codes.
public enum AsymmetricMapping<Scale: LinearScaleElement>: IntegerMapping {
  public typealias Method = AsymmetricMethod
  public static var mappingFormat: MappingFormat {
    MappingFormat(kind: .asymmetric, scale: Scale.scaleFormat, codes: Scale.scaleCodes)
  }
}

/// `value = scale · code + bias`, both stored as `Scale`: MLX, GGUF Q4_1, tinygemm, HQQ.
public enum BiasedMapping<Scale: SignedScaleElement>: IntegerMapping {
  public typealias Method = BiasedMethod
  public static var mappingFormat: MappingFormat {
    MappingFormat(kind: .biased, scale: Scale.scaleFormat, codes: Scale.scaleCodes)
  }
}

/// `value = scale · code`, scales in `Float`.
public typealias Symmetric = SymmetricMapping<Float>
/// `value = scale · (code − zeroPoint)`, scales in `Float`.
public typealias Asymmetric = AsymmetricMapping<Float>
/// `value = scale · code + bias`, scales and biases in `Float`.
public typealias Biased = BiasedMapping<Float>

/// `value = scale · map[code]`, with scales in `Float`, or codes of such: ``DoubleQuantizedScale``.
public enum CodebookMapping<Map: CodebookMap, Scale: CodebookScaleElement>: AffineMapping {
  public typealias Method = CodebookMethod
  public static var mappingFormat: MappingFormat {
    MappingFormat(
      kind: .codebook(Map.codebook), scale: Scale.scaleFormat, codes: Scale.scaleCodes)
  }
}

/// `value = scale · map[code]`: optimizer states and NF4.
public typealias Codebook<Map: CodebookMap> = CodebookMapping<Map, Float>
