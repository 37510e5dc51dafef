// swift-tools-version: 6.2
import PackageDescription

// What a package of somebody else can add to the library: it sees the public names alone.
let package = Package(
  name: "outside",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "affine-quant", path: "../..")],
  targets: [
    .testTarget(
      name: "OutsideTests",
      dependencies: [
        .product(name: "AffineBench", package: "affine-quant"),
        .product(name: "AffineKernels", package: "affine-quant"),
        .product(name: "AffineQuant", package: "affine-quant"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
