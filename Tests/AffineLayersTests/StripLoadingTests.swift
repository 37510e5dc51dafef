import AffineLayers
import AffineQuant
import AffineTestSupport
import Testing

/// Large tables, of which codes are read a strip at a time.
@Suite struct StripLoadingTests {
  /// Lends rows of a decoder, and counts them.
  private final class Lender: DecoderWeights {
    let decoder: TinyDecoder
    var rows = 0

    init(_ decoder: TinyDecoder) { self.decoder = decoder }

    var configuration: DecoderConfiguration { decoder.configuration }

    func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { decoder.tensor(tensor) }

    func tensor(_ tensor: DecoderTensor, rows: Range<Int>) throws -> StoredMatrix? {
      self.rows += rows.count
      return try decoder.tensor(tensor)?.rows(rows, of: tensor)
    }
  }

  /// Floats, which are read whole, are not converted twice: one row tells what they are.
  @Test(arguments: [nil, "int8-row"]) func rowsAreReadOnce(type: String?) throws {
    let vocabulary = 8200
    let tiny = try TinyDecoder(
      type.map { try #require(QuantizedType(name: $0)) }, hasHead: true,
      extents: TinyDecoder.extents(
        vocabulary: vocabulary, width: 16, heads: 2, keyValueHeads: 1, headSize: 4,
        feedForward: 8))
    func logits(_ weights: some DecoderWeights) throws -> Matrix<Float> {
      let model = try DecoderModel(weights, activations: .float32, on: .threads(1))
      var cache = KeyValueCache(model.configuration, format: .float32)
      return try model.logits(after: [1, 8199, 7], &cache)
    }
    let lender = Lender(tiny)
    #expect(try logits(lender) == logits(tiny))
    // The embedding and the head.
    #expect(lender.rows == 2 * (type == nil ? 1 : vocabulary + 1))
  }
}
