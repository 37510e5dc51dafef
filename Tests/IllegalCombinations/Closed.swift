import AffineQuant

// Storages are the library's: kernels, packing and files know the widths that there are.
enum Int12: IntegerStorage, SymmetricStorage {
  // expected-error@-1 {{type 'Int12' does not conform to protocol 'CodeStorage'}}
  // expected-note@-2 {{add stubs for conformance}}
  static let codeFormat = CodeFormat.signed(bits: 12)
}
enum OnlyPositive: SymmetricStorage {
  static let seal = StorageSeal(.unsigned(bits: 8))
  // expected-error@-1 {{'StorageSeal' initializer is inaccessible due to 'package' protection level}}
}

// What a quantized matrix holds is the library's, too.
struct Mine: QuantizedMatrix {
  var description: String { "mine" }
  var contents: QuantizedContents { QuantizedContents() }
  // expected-error@-1 {{'QuantizedContents' initializer is inaccessible due to 'package' protection level}}
  // expected-error@-2 {{missing argument for parameter #1 in call}}
}
