// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "affine-quant", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Regressions",
      dependencies: [
        .product(name: "AffineQuant", package: "affine-quant"),
        .product(name: "AffineTraining", package: "affine-quant"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Regressions",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
