/// Int8 codes, one scale an output channel.
public typealias Int8Weight = AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>
/// Int4 codes, one scale for 32 neighbours.
public typealias Int4Weight = AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>
/// UInt4 codes with a scale and a zero point for 32 neighbours.
public typealias UInt4Weight = AffineQuantized<UInt4, RowMajor<PerGroup<32>, Asymmetric>>
/// UInt4 codes with a scale and a bias for 32 neighbours: MLX, GGUF Q4_1.
public typealias UInt4BiasedWeight = AffineQuantized<UInt4, RowMajor<PerGroup<32>, Biased>>
/// 4-bit floats with a power of two for 32 neighbours (OCP MX v1.0).
public typealias MXFP4Weight = AffineQuantized<
  Float4E2M1, RowMajor<PerGroup<32>, SymmetricMapping<E8M0>>
>
/// 6-bit floats with a power of two for 32 neighbours (OCP MX v1.0).
public typealias MXFP6Weight = AffineQuantized<
  Float6E2M3, RowMajor<PerGroup<32>, SymmetricMapping<E8M0>>
>
/// 8-bit floats with a power of two for 32 neighbours (OCP MX v1.0).
public typealias MXFP8Weight = AffineQuantized<
  Float8E4M3, RowMajor<PerGroup<32>, SymmetricMapping<E8M0>>
>
/// 4-bit floats, a scale in E4M3 for 16 neighbours and one of `Float` for all (NVFP4).
public typealias NVFP4Weight = AffineQuantized<
  Float4E2M1, RowMajor<PerGroup<16>, SymmetricMapping<QuantizedScale<Float8E4M3, PerTensor, Float>>>
>
/// Scales and minima of 4 bits for 16 neighbours, and two of `Float16` for 256: GGUF's Q2_K.
public typealias Q2KWeight = AffineQuantized<
  UInt2, RowMajor<PerGroup<16>, BiasedMapping<QuantizedScale<UInt4, PerGroup<16>, Float16>>>
>
/// Scales of 6 bits for 16 neighbours, and one of `Float16` for 256: GGUF's Q3_K.
public typealias Q3KWeight = AffineQuantized<
  Int3, RowMajor<PerGroup<16>, SymmetricMapping<QuantizedScale<Int6, PerGroup<16>, Float16>>>
>
/// Scales and minima of 6 bits for 32 neighbours, and two of `Float16` for 256: GGUF's Q4_K.
public typealias Q4KWeight = AffineQuantized<
  UInt4, RowMajor<PerGroup<32>, BiasedMapping<QuantizedScale<UInt6, PerGroup<8>, Float16>>>
>
/// Scales and minima of 6 bits for 32 neighbours, and two of `Float16` for 256: GGUF's Q5_K.
public typealias Q5KWeight = AffineQuantized<
  UInt5, RowMajor<PerGroup<32>, BiasedMapping<QuantizedScale<UInt6, PerGroup<8>, Float16>>>
>
/// Scales of 8 bits for 16 neighbours, and one of `Float16` for 256: GGUF's Q6_K.
public typealias Q6KWeight = AffineQuantized<
  Int6, RowMajor<PerGroup<16>, SymmetricMapping<QuantizedScale<Int8, PerGroup<16>, Float16>>>
>
/// Quantiles of the normal distribution, one scale for 64 neighbours (QLoRA).
public typealias NF4Weight = AffineQuantized<UInt4, RowMajor<PerGroup<64>, Codebook<NormalFloat4>>>
/// The same with scales of 8 bits, of which 256 neighbours share one of `Float`, and a mean (QLoRA's double
/// quantization).
public typealias DoubleQuantizedNF4Weight = AffineQuantized<
  UInt4,
  RowMajor<PerGroup<64>, CodebookMapping<NormalFloat4, DoubleQuantizedScale<PerGroup<256>>>>
>
/// −1, 0 and 1, one scale a matrix (BitNet b1.58).
public typealias TernaryWeight = AffineQuantized<Ternary, RowMajor<PerTensor, Symmetric>>
/// −1, 0 and 1, a scale of `Float16` for 256 neighbours: GGUF's TQ1_0 and TQ2_0.
public typealias TernaryGroupWeight = AffineQuantized<
  Ternary, RowMajor<PerGroup<256>, SymmetricMapping<Float16>>
>
/// Int8 blocks of 32 × 32 (Jetfire).
public typealias Int8Block = AffineQuantized<Int8, RowMajor<PerBlock<32, 32>, Symmetric>>
/// Int8 activations, one scale a token.
public typealias Int8Activations = AffineQuantized<Int8, RowMajor<PerToken, Symmetric>>
/// UInt8 activations, one scale and one zero point a token.
public typealias UInt8Activations = AffineQuantized<UInt8, RowMajor<PerToken, Asymmetric>>
