// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the library is then built a second time, with the instrumentation that
// guides the fuzzer, and whoever depends on the library builds none of this.
let package = Package(
  name: "affine-fuzzing",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "affine-quant", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [
        .product(name: "AffineQuant", package: "affine-quant"),
        .product(name: "AffineFormats", package: "affine-quant"),
        .product(name: "AffineLayers", package: "affine-quant"),
        .product(name: "AffineTraining", package: "affine-quant"),
        .product(name: "AffineModels", package: "affine-quant"),
      ],
      // The usual linker fails on what the instrumentation adds.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))])
  ],
  swiftLanguageModes: [.v6]
)
