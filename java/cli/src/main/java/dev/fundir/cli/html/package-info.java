/** Reports as single HTML files, which open from the disk and ask the network for nothing. */
package dev.fundir.cli.html;
