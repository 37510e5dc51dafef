import AffineFormats
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Rows of tensors in mapped files.
@Suite struct SafeTensorsRowsTests {
  @Test func rowsAreThoseOfTheWhole() throws {
    try inFolder { folder in
      let path = folder + "/rows.safetensors"
      let values = Samples.matrix(65, 48)
      let halves: Matrix<BFloat16> = values.converted()
      var writer = SafeTensorsWriter()
      try writer.add("floats", values)
      try writer.add("halves", halves)
      try writer.write(to: path)
      let file = try SafeTensorsFile(path: path)
      for name in ["floats", "halves"] {
        let whole: Matrix<Float> = try file.matrix(name)
        for rows in [0..<65, 0..<1, 7..<40, 64..<65] {
          let part: Matrix<Float> = try file.matrix(name, rows: rows)
          #expect(part.shape == Shape(rows.count, 48))
          let expected = Array(whole.values.array[rows.lowerBound * 48..<rows.upperBound * 48])
          #expect(part.values.array == expected, "\(name), rows \(rows)")
          file.forget(name, rows: rows)
        }
        file.forget(name)
        // They are read again.
        let again: Matrix<Float> = try file.matrix(name)
        #expect(again == whole)
      }
      file.forget("nothing")
      let floats: Matrix<Float> = try file.matrix("floats")
      #expect(floats == values)
    }
  }
}
