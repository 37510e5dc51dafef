// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "affine-quant",
  platforms: [.macOS(.v26)],
  products: [
    // The arguments of kernels, for those that come from outside.
    .library(name: "AffineKernels", targets: ["AffineKernels"]),
    .library(name: "AffineQuant", targets: ["AffineQuant"]),
    .library(name: "AffineFormats", targets: ["AffineFormats"]),
    .library(name: "AffineLayers", targets: ["AffineLayers"]),
    .library(name: "AffineTraining", targets: ["AffineTraining"]),
    .library(name: "AffineModels", targets: ["AffineModels"]),
    .executable(name: "affine", targets: ["affine"]),
  ],
  dependencies: [
    // Used by the command alone; who imports a library gets nothing else.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "AffineKernels"),
    .target(
      name: "AffineQuant", dependencies: ["AffineKernels"], swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "AffineFormats", dependencies: ["AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineLayers", dependencies: ["AffineKernels", "AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineTraining", dependencies: ["AffineFormats", "AffineKernels", "AffineLayers"],
      swiftSettings: strict),
    .target(
      name: "AffineModels", dependencies: ["AffineLayers", "AffineTraining"], swiftSettings: strict),
    .executableTarget(
      name: "affine",
      dependencies: [
        "AffineLayers", "AffineModels", "AffineTestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "AffineTestSupport", dependencies: ["AffineLayers", "AffineQuant"],
      path: "Tests/AffineTestSupport",
      swiftSettings: strict),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "AffineQuantTests",
      dependencies: ["AffineFormats", "AffineTestSupport", "AllocationCounter"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineLayersTests", dependencies: ["AffineLayers", "AffineTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineTrainingTests",
      dependencies: ["AffineLayers", "AffineTraining", "AffineTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineModelsTests",
      dependencies: ["AffineLayers", "AffineModels", "AffineTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineFormatsTests", dependencies: ["AffineFormats", "AffineTestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
