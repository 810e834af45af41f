// swift-tools-version: 6.2
import PackageDescription

/// Modules of Tally.
func tally(_ modules: String...) -> [Target.Dependency] {
    modules.map { .product(name: $0, package: "swift-tally") }
}

/// Servers that import Tally as a user would. One package, so that their dependencies are built once.
let package = Package(
    name: "hosts",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since a clone may lie in a folder of any name.
        .package(
            name: "swift-tally",
            path: "../..",
            traits: ["Docker", "Listener", "SQLite", "ServiceLifecycle", "SwiftMetrics"]
        ),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swhitty/FlyingFox.git", from: "0.27.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    // In alphabetical order.
    targets: [
        .executableTarget(
            name: "chat-server",
            dependencies: tally("Tally", "TallyHealthcheck") + [
                "EmbeddedDatabase", "Flags",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Sources/ChatServer",
            exclude: ["README.md"]
        ),
        .testTarget(
            name: "ChatServerTests",
            dependencies: ["chat-server", "HostsTestSupport"]
        ),
        .executableTarget(
            name: "container-dashboard",
            dependencies: tally("Tally", "TallyListener", "TallyPage", "TallySampler") + [
                "Flags",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/ContainerDashboard",
            exclude: ["README.md"]
        ),
        .testTarget(
            name: "ContainerDashboardTests",
            dependencies: tally("Tally", "TallyListener", "TallySampler", "TallyTesting") + [
                "container-dashboard", "HostsTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        ),
        .target(
            name: "EmbeddedDatabase",
            dependencies: [.product(name: "GRDB", package: "GRDB.swift")]
        ),
        .target(name: "Flags"),
        .executableTarget(
            name: "FlyingFoxHost",
            dependencies: tally("Tally", "TallyHealthcheck") + [
                "Flags",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]
        ),
        .testTarget(
            name: "FlyingFoxHostTests",
            dependencies: tally("Tally", "TallyTesting") + [
                "FlyingFoxHost", "HostsTestSupport",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]
        ),
        .executableTarget(
            name: "frame-relay",
            dependencies: tally("Tally", "TallyListener") + [
                "Flags", "RelayCore",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/FrameRelay",
            exclude: ["README.md"]
        ),
        .testTarget(
            name: "FrameRelayTests",
            dependencies: ["frame-relay", "relay-storm", "HostsTestSupport", "RelayCore"]
        ),
        .executableTarget(
            name: "game-gateway",
            dependencies: tally("Tally", "TallyHealthcheck", "TallyListener") + [
                "EmbeddedDatabase", "Flags",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/GameGateway",
            exclude: ["README.md"]
        ),
        .testTarget(
            name: "GameGatewayTests",
            dependencies: ["game-gateway", "HostsTestSupport"]
        ),
        .executableTarget(
            name: "GRPCHost",
            dependencies: tally("Tally", "TallyListener") + [
                "Flags",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
            ]
        ),
        .testTarget(
            name: "GRPCHostTests",
            dependencies: tally("Tally", "TallyTesting") + [
                "GRPCHost", "HostsTestSupport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
            ]
        ),
        .target(
            name: "HostsTestSupport",
            dependencies: tally("Tally", "TallyTesting"),
            path: "Tests/Support",
            // Files of the root package's test support are linked here.
            swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
        ),
        .executableTarget(
            name: "HummingbirdHost",
            dependencies: tally("Tally", "TallyHealthcheck", "TallySampler") + [
                "Flags",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "HummingbirdHostTests",
            dependencies: tally("Tally", "TallyTesting") + [
                "HostsTestSupport", "HummingbirdHost",
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        ),
        .testTarget(
            name: "HummingbirdServerTests",
            dependencies: tally("Tally", "TallySwiftMetrics", "TallyTesting") + [
                "HostsTestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]
        ),
        .executableTarget(
            name: "NIOHost",
            dependencies: tally("Tally", "TallyHealthcheck") + [
                "Flags",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "NIOHostTests",
            dependencies: tally("Tally", "TallyTesting") + [
                "HostsTestSupport", "NIOHost",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .target(name: "RelayCore"),
        .testTarget(
            name: "RelayCoreTests",
            dependencies: tally("TallyTesting") + ["RelayCore"]
        ),
        .executableTarget(
            name: "relay-storm",
            dependencies: ["RelayCore"],
            path: "Sources/RelayStorm"
        ),
        .testTarget(
            name: "TracingExemplarTests",
            dependencies: tally("Tally", "TallyTesting") + [
                .product(name: "Tracing", package: "swift-distributed-tracing")
            ]
        ),
        .executableTarget(
            name: "websocket-hub",
            dependencies: tally("Tally", "TallyListener") + [
                "Flags",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/WebSocketHub",
            exclude: ["README.md"]
        ),
        .testTarget(
            name: "WebSocketHubTests",
            dependencies: tally("Tally", "TallyTesting") + [
                "websocket-hub", "HostsTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
