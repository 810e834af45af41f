import Foundation

/// Prints a line at once, even into a pipe.
package func announce(_ line: String) {
    print(line)
    fflush(nil)
}
