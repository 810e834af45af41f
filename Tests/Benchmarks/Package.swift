// swift-tools-version: 6.2
import PackageDescription

let tally: Target.Dependency = .product(name: "Tally", package: "swift-tally")

let healthcheck: Target.Dependency = .product(name: "TallyHealthcheck", package: "swift-tally")

let page: Target.Dependency = .product(name: "TallyPage", package: "swift-tally")

let swiftMetrics: [Target.Dependency] = [
    .product(name: "TallySwiftMetrics", package: "swift-tally"),
    .product(name: "CoreMetrics", package: "swift-metrics"),
]

let package = Package(
    name: "tally-benchmarks",
    dependencies: [
        .package(name: "swift-tally", path: "../..", traits: ["SwiftMetrics"]),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "tally-bench",
            dependencies: [tally, healthcheck, page] + swiftMetrics,
            path: "Sources/TallyBench"
        ),
        .executableTarget(
            name: "tally-allocations",
            dependencies: [tally, "CountedAllocations"] + swiftMetrics,
            path: "Sources/TallyAllocations"
        ),
        .target(name: "CountedAllocations"),
        .executableTarget(name: "tally-lifetimes", dependencies: [tally], path: "Sources/TallyLifetimes"),
    ],
    swiftLanguageModes: [.v6]
)
