// swift-tools-version: 6.2
import PackageDescription

/// Servers that import Tally as a user would. One package, so that their dependencies are built once.
let package = Package(
    name: "hosts",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since a clone may lie in a folder of any name.
        .package(name: "swift-tally", path: "../..", traits: ["Listener", "SwiftMetrics"]),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "chat-server",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallyHealthcheck", package: "swift-tally"),
                .product(name: "TallyListener", package: "swift-tally"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Sources/ChatServer"
        ),
        .testTarget(name: "ChatServerTests", dependencies: ["chat-server"]),
        .testTarget(
            name: "HummingbirdServerTests",
            dependencies: [
                .product(name: "Tally", package: "swift-tally"),
                .product(name: "TallySwiftMetrics", package: "swift-tally"),
                .product(name: "TallyTesting", package: "swift-tally"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
