// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "chat-server",
    dependencies: [
        // Named, since a clone may lie in a folder of any name.
        .package(name: "swift-tally", path: "../../..", traits: ["Listener"]),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
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
    ],
    swiftLanguageModes: [.v6]
)
