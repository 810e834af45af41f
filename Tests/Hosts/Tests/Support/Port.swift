import Foundation

/// A port that was free a moment ago. Prefer port 0 where a server reports the port it got.
package func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length)
        }
    }
    guard status == 0 else { throw Program.Failed(description: "no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
}
