import AffineQuant

// Storages are the library's: kernels, packing and files know the widths that there are.
enum Int12: IntegerStorage, SymmetricStorage {
  // expected-error@-1 {{type 'Int12' does not conform to protocol 'CodeStorage'}}
  // expected-note@-2 {{add stubs for conformance}}
  static let codeFormat = CodeFormat.signed(bits: 12)
}
enum OnlyPositive: SymmetricStorage {
  static let seal = StorageSeal<OnlyPositive>(.unsigned(bits: 8))
  // expected-error@-1 {{'StorageSeal<Storage>' initializer is inaccessible due to 'package' protection level}}
}
// The seal of another type is not this one's.
enum Renamed: IntegerStorage, SymmetricStorage {
  // expected-error@-1 {{type 'Renamed' does not conform to protocol 'CodeStorage'}}
  // expected-note@-2 {{add stubs for conformance}}
  static let seal = UInt8.seal
  // expected-note@-1 {{candidate has non-matching type 'StorageSeal<UInt8>'}}
}

// What a quantized matrix holds is the library's, too.
struct Mine: QuantizedMatrix {
  var description: String { "mine" }
  var contents: QuantizedContents<Mine> { QuantizedContents() }
  // expected-error@-1 {{'QuantizedContents<Matrix>' initializer is inaccessible due to 'package' protection level}}
  // expected-error@-2 {{missing argument for parameter #1 in call}}
}
struct Wrapped: QuantizedMatrix {
  // expected-error@-1 {{type 'Wrapped' does not conform to protocol 'QuantizedMatrix'}}
  // expected-note@-2 {{add stubs for conformance}}
  var description: String { "wrapped" }
  let matrix: AnyQuantized
  var contents: QuantizedContents<AnyQuantized> { matrix.contents }
  // expected-note@-1 {{candidate has non-matching type 'QuantizedContents<AnyQuantized>'}}
}
