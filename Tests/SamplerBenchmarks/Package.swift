// swift-tools-version: 6.2
import PackageDescription

// Beside the other benchmarks, which need no packages and are built without any.
let package = Package(
    name: "tally-sampler-benchmarks",
    dependencies: [
        .package(name: "swift-tally", path: "../..", traits: ["Docker", "SQLite"]),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ],
    targets: [
        .executableTarget(
            name: "tally-sampler-bench",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallySampler", package: "swift-tally"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Sources/TallySamplerBench"
        )
    ],
    swiftLanguageModes: [.v6]
)
