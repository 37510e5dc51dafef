import AffineFormats
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// A file that is not what was to be written is told from one that is, whatever differs.
@Suite struct ReadBackTests {
  @Test func everyBitOfSafeTensorsCounts() throws {
    var writer = SafeTensorsWriter()
    writer.metadata = ["a": "b"]
    try writer.add("norm", .float32, shape: [2], bytes: Buffer([1, 2, 3, 4, 5, 6, 7, 8]))
    try writer.add(
      "w", AnyQuantized(Samples.codes(2, 5, #require(QuantizedType(name: "int8-row")))))
    let contents = writer.contents
    try inFolder { folder in
      let path = folder + "/file"
      try writer.write(to: path)
      #expect(try writer.firstDifference(in: path) == nil)
      var other = writer
      try other.add("more", .uint8, shape: [1], bytes: Buffer([1]))
      #expect(try other.firstDifference(in: path) == "more")
      try other.write(to: path)
      #expect(try writer.firstDifference(in: path) == "more")
      other.metadata["a"] = "c"
      #expect(try other.firstDifference(in: path) == "__metadata__")
      let start = 8 + (Int(contents[0]) | Int(contents[1]) << 8)
      for place in start..<contents.count {
        var changed = contents
        changed[place] ^= 1
        try Data(changed).write(to: URL(filePath: path))
        #expect(try writer.firstDifference(in: path) != nil, "byte \(place)")
      }
    }
  }

  @Test func everyBitOfGGUFCounts() throws {
    var writer = GGUFWriter()
    writer.metadata["a"] = .uint32(7)
    try writer.add("norm", .f32, dimensions: [8], bytes: Buffer([UInt8](0..<32)))
    let contents = try writer.contents
    try inFolder { folder in
      let path = folder + "/file"
      try Data(contents).write(to: URL(filePath: path))
      #expect(try writer.firstDifference(in: path) == nil)
      var other = writer
      other.metadata["a"] = .uint32(8)
      #expect(try other.firstDifference(in: path) == "a")
      other = writer
      try other.add("more", .f32, dimensions: [8], bytes: Buffer([UInt8](0..<32)))
      #expect(try other.firstDifference(in: path) == "more")
      for place in contents.count - 32..<contents.count {
        var changed = contents
        changed[place] ^= 1
        try Data(changed).write(to: URL(filePath: path))
        #expect(try writer.firstDifference(in: path) == "norm")
      }
    }
  }
}
