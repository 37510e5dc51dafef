// swift-tools-version: 6.2
import PackageDescription

// Programs of somebody who uses the library: they see its public names alone.
func example(_ name: String, _ libraries: String...) -> Target {
  .executableTarget(
    name: name, dependencies: libraries.map { .product(name: $0, package: "affine-quant") })
}

let package = Package(
  name: "examples",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "affine-quant", path: "../..")],
  targets: [
    example("ComposingTypes", "AffineBench", "AffineQuant"),
    example("Perceptron", "AffineQuant"),
    example("TextSearch", "AffineModels", "AffineQuant"),
    example("Chat", "AffineModels"),
    example("CustomCodebook", "AffineBench", "AffineQuant"),
  ],
  swiftLanguageModes: [.v6]
)
