import AffineFormats
import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct CheckpointTests {
  @Test func everythingReadsBackBitForBit() async throws {
    let checkpoint = try Checkpoint.sample(types: Catalog.types)
    try await inFolder { folder in
      try checkpoint.write(to: folder + "/run.safetensors")
      let read = try Checkpoint.load(from: folder + "/run.safetensors")
      #expect(read.bits == checkpoint.bits)
      #expect(read.metadata == checkpoint.metadata)
      #expect(try read.contents() == checkpoint.contents())
      #expect(try Checkpoint(contents: Buffer(checkpoint.contents())).bits == checkpoint.bits)
    }
  }

  @Test func anotherWriterAndOrderGiveTheSameFile() throws {
    let checkpoint = try Checkpoint.sample(types: [])
    var other = Checkpoint()
    for name in checkpoint.tensors.keys.sorted(by: >) {
      other.tensors[name] = checkpoint.tensors[name]
    }
    other.metadata = checkpoint.metadata
    #expect(try other.contents() == checkpoint.contents())
  }

  @Test func whatIsAskedMustBeThere() throws {
    var checkpoint = Checkpoint()
    let type = try #require(QuantizedType(name: "int8-row"))
    let codes = AnyQuantized(Samples.codes(2, 3, type))
    checkpoint.tensors = [
      "f": .float32(Samples.matrix(2, 3)), "b": .bfloat16(Samples.matrix(2, 3).converted()),
      "c": .codes(codes),
    ]
    let shape = Shape(2, 3)
    #expect(try checkpoint.float32("f", shape) == Samples.matrix(2, 3))
    #expect(try checkpoint.bfloat16("b", shape).shape == shape)
    #expect(try checkpoint.codes("c", type, shape) == codes)
    #expect(throws: CheckpointError.missingTensor("x")) { try checkpoint.float32("x", shape) }
    #expect(
      throws: CheckpointError.wrongShape(tensor: "f", expected: Shape(3, 2), found: shape)
    ) { try checkpoint.float32("f", Shape(3, 2)) }
    #expect(
      throws: CheckpointError.wrongType(tensor: "b", expected: "float32", found: "bfloat16")
    ) { try checkpoint.float32("b", shape) }
    #expect(
      throws: CheckpointError.wrongType(tensor: "c", expected: "bfloat16", found: "int8-row")
    ) { try checkpoint.bfloat16("c", shape) }
    let other = try #require(QuantizedType(name: "int8-tensor"))
    #expect(
      throws: CheckpointError.wrongType(tensor: "c", expected: "int8-tensor", found: "int8-row")
    ) { try checkpoint.codes("c", other, shape) }
    for (name, value) in checkpoint.tensors {
      #expect(try checkpoint.tensor(name, like: value).shape == shape)
      for (otherName, otherValue) in checkpoint.tensors where otherName != name {
        #expect(throws: CheckpointError.self) { try checkpoint.tensor(name, like: otherValue) }
      }
    }
    #expect(throws: CheckpointError.self) {
      try checkpoint.tensor("f", like: .float32(Samples.matrix(3, 3)))
    }
  }

  @Test func numbersReadBackExactly() throws {
    var checkpoint = Checkpoint()
    for value in [0, -1, Int.min, Int.max] {
      checkpoint.set("n", to: value)
      #expect(try checkpoint.integer("n") == value)
    }
    checkpoint.set("n", to: UInt64.max)
    #expect(checkpoint.metadata["n"] == "18446744073709551615")
    #expect(try checkpoint.unsigned("n") == .max)
    for value in [0, -0.0, 0.1, .infinity, .nan, .leastNonzeroMagnitude, 3e-4] as [Float] {
      checkpoint.set("n", to: value)
      #expect(try checkpoint.float("n").bitPattern == value.bitPattern)
      checkpoint.set("n", to: Double(value) / 3)
      #expect(try checkpoint.double("n").bitPattern == (Double(value) / 3).bitPattern)
    }
    checkpoint.set("n", to: Float(1))
    #expect(checkpoint.metadata["n"] == "3f800000")
    #expect(throws: CheckpointError.missingText("m")) { try checkpoint.integer("m") }
    for text in ["", "+1", "01", "1.0", " 1", "0x1", "-0", "9223372036854775808", "1e3", "١"] {
      checkpoint.metadata["n"] = text
      #expect(throws: CheckpointError.self, "\(text)") { try checkpoint.integer("n") }
    }
    for text in ["", "3f80000", "3F800000", "+3f80000", "3f8000000", "3f80000g"] {
      checkpoint.metadata["n"] = text
      #expect(throws: CheckpointError.self, "\(text)") { try checkpoint.float("n") }
      #expect(throws: CheckpointError.self, "\(text)") { try checkpoint.double("n") }
    }
  }

  @Test func namesThatWouldBeMistakenAreRefused() throws {
    var checkpoint = Checkpoint()
    checkpoint.metadata["affine.w"] = "int8-row 1x1"
    #expect(throws: CheckpointError.reservedName("affine.w")) { try checkpoint.contents() }
    checkpoint.metadata = [:]
    let type = try #require(QuantizedType(name: "int8-row"))
    checkpoint.tensors["w"] = .codes(AnyQuantized(Samples.codes(2, 3, type)))
    checkpoint.tensors["w.codes"] = .float32(Samples.matrix(1, 1))
    #expect(throws: CheckpointError.file(.duplicate(name: "w.codes"))) {
      try checkpoint.contents()
    }
    // No part of a symmetric matrix, so a name like any other.
    checkpoint.tensors["w.codes"] = nil
    checkpoint.tensors["w.zero_points"] = .float32(Samples.matrix(1, 1))
    #expect(try Checkpoint(contents: Buffer(checkpoint.contents())).bits == checkpoint.bits)
  }
}
