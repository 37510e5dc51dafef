// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

// The part of the package, by links, that is built once more for each sanitizer.
let package = Package(
  name: "affine-quant",
  platforms: [.macOS(.v26)],
  targets: [
    .target(name: "AffineKernels"),
    .target(
      name: "AffineQuant", dependencies: ["AffineKernels"], swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "AffineFormats", dependencies: ["AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineLayers", dependencies: ["AffineKernels", "AffineQuant"], swiftSettings: strict),
    .target(name: "AffineOracle", dependencies: ["AffineQuant"], swiftSettings: strict),
    .target(
      name: "AffineTestSupport", dependencies: ["AffineLayers", "AffineOracle", "AffineQuant"],
      swiftSettings: strict),
    .target(name: "AllocationCounter"),
    .testTarget(
      name: "AffineQuantTests",
      dependencies: ["AffineFormats", "AffineTestSupport", "AllocationCounter"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineLayersTests",
      dependencies: ["AffineLayers", "AffineTestSupport", "AllocationCounter"],
      swiftSettings: strict),
    .testTarget(
      name: "AffineFormatsTests", dependencies: ["AffineFormats", "AffineTestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
