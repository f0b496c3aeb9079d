package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes of people who are new here: a line that says what is wrong, a line that helps, and no stack trace. */
class WrongInputTest {
    private static final String CHECKPOINT = "hint: a checkpoint is a .safetensors file, a folder with such files, or a"
            + " model.safetensors.index.json";
    private static final String SAVE = "load it in Python and write it with safetensors.torch.save_file";

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeFiles() throws IOException {
        for (String name : List.of("a.safetensors", "b.safetensors")) {
            CheckpointWriter.to(path(name))
                    .tensor("w", DType.F32, new long[] {4}, new float[4])
                    .write();
        }
        byte[] whole = Files.readAllBytes(path("a.safetensors"));
        Files.write(path("cut.safetensors"), Arrays.copyOf(whole, whole.length - 3));
        Files.write(path("begun.safetensors"), Arrays.copyOf(whole, 20));
        Files.write(path("empty.safetensors"), new byte[0]);
        Files.writeString(path("lfs.safetensors"), """
                version https://git-lfs.github.com/spec/v1
                oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
                size 12345
                """);
        Files.writeString(path("page.safetensors"), "<!DOCTYPE html><html><body>Log in</body></html>");
        Files.writeString(path("notes.txt"), "hello world, this is text");
        Files.writeString(path("model.gguf"), "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        Files.write(path("old.pt"), new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, (byte) 0x9c, 'F'});
        Files.write(path("model.bin"), zip("archive/data.pkl"));
        Files.write(path("model.zip"), zip("readme.txt"));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(whole);
        }
        Files.write(path("model.safetensors.gz"), gzip.toByteArray());
        Files.createDirectory(path("nothing"));
        Files.write(Files.createDirectory(path("torch")).resolve("pytorch_model.bin"), zip("archive/data.pkl"));
        Files.createSymbolicLink(path("link.safetensors"), Path.of("blobs", "gone"));
    }

    private static byte[] zip(String entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(new byte[] {(byte) 0x80, 2, '}', '.'});
        }
        return bytes.toByteArray();
    }

    private static Path path(String name) {
        return folder.resolve(name);
    }

    /** What both commands say of a file that is no model for them, with the names of files alone. */
    private static void assertRefused(String file, String... lines) {
        for (String[] command : new String[][] {
            {"inspect", path(file).toString()},
            {"convert", path(file).toString(), "-o", path("out.safetensors").toString()},
            {"diff", path("a.safetensors").toString(), path(file).toString()},
            {"merge", path("a.safetensors").toString(), path(file).toString(), "-m", "linear", "-o", outPath()}
        }) {
            assertSays(1, Command.run(command), lines);
        }
    }

    private static String outPath() {
        return path("out.safetensors").toString();
    }

    private static void assertSays(int exitCode, FundirProcess.Outcome outcome, String... lines) {
        assertEquals(String.join("\n", lines) + "\n", outcome.err().replace(folder + "/", ""), outcome.out());
        assertEquals(exitCode, outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(Files.exists(path("out.safetensors")), "an output is left");
    }

    /** A merge of two models, and options. */
    private static FundirProcess.Outcome merge(String... options) {
        return Command.run(Stream.concat(
                        Stream.of(
                                "merge",
                                path("a.safetensors").toString(),
                                path("b.safetensors").toString()),
                        Stream.of(options))
                .toArray(String[]::new));
    }

    @Test
    void pathsThatLeadNowhere() {
        assertRefused(
                "c.safetensors",
                "fundir: c.safetensors: no such file or folder",
                "hint: did you mean a.safetensors or b.safetensors or cut.safetensors?");
        assertRefused("a", "fundir: a: no such file or folder", "hint: did you mean a.safetensors?");
        assertRefused("models/x", "fundir: models/x: no such file or folder", "hint: there is no folder models");
        assertRefused(
                "link.safetensors",
                "fundir: link.safetensors: no such file or folder",
                "hint: link.safetensors is a link to blobs/gone, which is not there");
        assertSays(
                1,
                Command.run("inspect", "https://host/org/name"),
                "fundir: https:/host/org/name: no such file or folder",
                "hint: a model of the Hub is hf://org/name or hf://org/name@revision");
        assertSays(
                1,
                merge("-m", "linear", "-o", outPath(), "--weights", "1", "2"),
                "fundir: 2: no such file or folder",
                "hint: an option's values stand behind it with commas and no blanks, as in --weights 0.6,0.4");
    }

    @Test
    void foldersWithoutCheckpoints() {
        assertRefused("nothing", "fundir: nothing: the folder has no .safetensors file; it holds nothing", CHECKPOINT);
        assertRefused(
                "torch",
                "fundir: torch: the folder has no .safetensors file; it holds pytorch_model.bin",
                "hint: PyTorch's .bin, .pt, .pth and .ckpt files are pickles: load them in Python and write them with"
                        + " safetensors.torch.save_file");
    }

    @Test
    void pickles() {
        assertRefused(
                "model.bin",
                "fundir: model.bin: the file is a PyTorch checkpoint (a pickle in a zip archive), not safetensors: "
                        + SAVE,
                CHECKPOINT);
        assertRefused(
                "old.pt",
                "fundir: old.pt: the file is a Python pickle, as old versions of PyTorch write, not safetensors: "
                        + SAVE,
                CHECKPOINT);
    }

    @Test
    void archivesAndPages() {
        assertRefused(
                "model.zip",
                "fundir: model.zip: the file is a zip archive, not safetensors: unpack it and give the .safetensors file"
                        + " that is in it",
                CHECKPOINT);
        assertRefused(
                "model.safetensors.gz",
                "fundir: model.safetensors.gz: the file is a gzip archive, not safetensors: unpack it with gunzip or tar"
                        + " -xzf first",
                CHECKPOINT);
        assertRefused(
                "page.safetensors",
                "fundir: page.safetensors: the file is an HTML or XML page, perhaps the error page of a download, not"
                        + " safetensors: look at it as text, and download the model again",
                CHECKPOINT);
        assertRefused(
                "notes.txt",
                "fundir: notes.txt: the first eight bytes give a header of 8031924123371070824 bytes, but the format"
                        + " allows 100000000; it is not a safetensors file, or it is damaged",
                CHECKPOINT);
    }

    @Test
    void downloadsThatAreNotWhole() {
        assertRefused(
                "lfs.safetensors",
                "fundir: lfs.safetensors: the file is a Git LFS pointer for 12345 bytes with oid"
                        + " sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393, not the model"
                        + " itself; run `git lfs pull` in its repository, or download the real file");
        assertRefused(
                "empty.safetensors",
                "fundir: empty.safetensors: the file has 0 bytes, fewer than the 8 that give the length of a safetensors"
                        + " header; it is empty or was cut short: download or write it again",
                CHECKPOINT);
        long size = path("cut.safetensors").toFile().length();
        assertRefused(
                "cut.safetensors",
                "fundir: cut.safetensors: the file has " + size + " bytes, but its tensors end at " + (size + 3)
                        + ": 3 bytes are missing; the download was probably cut short: download it again");
        assertRefused(
                "begun.safetensors",
                "fundir: begun.safetensors: the header ends at byte " + (size + 3 - 16)
                        + ", but the file has only 20 bytes; the download was probably cut short: download it again",
                CHECKPOINT);
    }

    @Test
    void ggufHasToBeConvertedBeforeAMerge() {
        assertSays(
                1,
                merge(path("model.gguf").toString(), "-m", "linear", "-o", outPath()),
                "fundir: model.gguf: the file is a GGUF file, not safetensors: fundir convert writes its tensors to a"
                        + " .safetensors file",
                CHECKPOINT);
    }

    @Test
    void outputsThatCannotBe() throws IOException {
        assertSays(
                1,
                merge("-m", "linear", "-o", path("a.safetensors").toString(), "--force"),
                "fundir: a.safetensors is an input of this merge and cannot be its output; choose another place");
        assertSays(
                1,
                merge("-m", "linear", "-o", path("notes.txt").toString()),
                "fundir: notes.txt is a file; an output is a folder, or a file whose name ends in .safetensors");
        assertSays(
                1,
                merge("-m", "linear", "-o", path("lfs.safetensors").toString()),
                "fundir: lfs.safetensors exists and is not to be replaced",
                "hint: --force replaces it");
        assertSays(
                1,
                merge("-m", "linear", "-o", path("no/x.safetensors").toString()),
                "fundir: the folder no for the output does not exist; make it first");
        assertSays(
                1,
                Command.run(
                        "convert",
                        path("a.safetensors").toString(),
                        "-o",
                        path("a.safetensors").toString()),
                "fundir: a.safetensors: is the input and cannot be the output; choose another place");
    }

    @Test
    void valuesForOtherModels() {
        assertSays(
                2,
                merge("-m", "linear", "-o", outPath(), "--weights", "1,2,3"),
                "fundir: parameter weight has 3 values for 2 models");
    }

    @Test
    void whatMayNotBeRead() throws Exception {
        Path locked = Files.copy(path("a.safetensors"), path("locked.safetensors"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
        assertSays(1, withoutPrivileges("inspect", locked.toString()), "fundir: locked.safetensors: permission denied");
        Path closed = Files.createDirectory(path("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
        assertSays(
                1,
                withoutPrivileges(
                        "merge",
                        path("a.safetensors").toString(),
                        path("b.safetensors").toString(),
                        "-m",
                        "linear",
                        "-o",
                        closed.resolve("x.safetensors").toString()),
                "fundir: the folder closed for the output cannot be written to");
    }

    /** Root may read everything, unless it gives that up. */
    private static FundirProcess.Outcome withoutPrivileges(String... arguments) throws Exception {
        if (!Files.isReadable(path("locked.safetensors"))) {
            return FundirProcess.run(folder, arguments);
        }
        List<String> command =
                new ArrayList<>(List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"));
        command.addAll(FundirProcess.command(List.of(), arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new FundirProcess.Outcome(process.waitFor(), "", said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "merg|there is no command merg|did you mean merge?",
                "instpect a|there is no command instpect|did you mean inspect?",
                "zzz|there is no command zzz|fundir --help shows what there is",
                "--verison|unknown option: '--verison'|did you mean --version?",
                "merge a b -o o --metod ties|unknown option: '--metod'|did you mean --method?",
                "merge a b -m linear --ouput o|unknown option: '--ouput'|did you mean --output?",
                "merge a b -m linear --zzz|unknown option: '--zzz'|fundir merge --help shows what there is",
                "merge a b -m linear|missing required option: '--output=OUT'|fundir merge --help shows what there is",
                "inspect --jsn|unknown option: '--jsn'|did you mean --json?",
                "convert a --otput b.gguf|unknown option: '--otput'|did you mean --output?",
                "merge a b -o o -m linear --dryrun|unknown option: '--dryrun'|did you mean --dry-run?",
                "merge a b -o o -m linear --dtype=bf17|invalid value for option '--dtype': 'bf17' is not a dtype of an"
                        + " output, expected BF16, F16, F32, F64, F8_E4M3 or F8_E5M2|did you mean bf16 or f16?",
                "merge a b -o o -m linear --missing availabl|invalid value for option '--missing': 'availabl' is none"
                        + " of error, available|did you mean available?",
                "merge a b -o o -m linear --threads x|invalid value for option '--threads': 'x' is not a whole number"
                        + "|fundir merge --help shows what there is",
                "inspect a --mode stat|invalid value for option '--mode': 'stat' is none of summary, stats, outliers,"
                        + " distribution, schema|did you mean stats?",
                "inspect a --jsn|unknown option: '--jsn'|did you mean --json?",
                "inspect a b|fundir inspect does not take so many arguments: b is too much"
                        + "|fundir inspect --help shows what there is",
                "convert a -o b.gguf --dtype q8_1|invalid value for option '--dtype': 'q8_1' is not a dtype of an"
                        + " output, expected BF16, F16, F32, F64, F8_E4M3 or F8_E5M2, for .gguf also q8_0 or q4_0"
                        + "|did you mean q8_0 or q4_0?",
            })
    void typos(String line) {
        String[] parts = line.split("\\|", -1);
        assertSays(2, Command.run(parts[0].split(" ", -1)), "fundir: " + parts[1], "hint: " + parts[2]);
    }

    @Test
    void namesOfMethodsParametersAndTensors() {
        FundirProcess.Outcome method = merge("--method", "tise", "-o", outPath());
        assertEquals(2, method.exitCode());
        assertTrue(
                method.err().startsWith("fundir: there is no merge method tise; did you mean ties?; "), method.err());
        assertEquals(1, method.err().lines().count());
        assertSays(
                2,
                merge("-m", "ties", "--set", "lamda=1", "-o", outPath()),
                "fundir: ties has no parameter lamda; did you mean lambda?; it has weight, density, normalize, rescale,"
                        + " lambda, sign_election, int8_mask");
        assertSays(
                1,
                Command.run("edit", path("a.safetensors").toString(), "--rename", "ww=x"),
                "fundir: a.safetensors: has no tensor ww; did you mean w?");
    }

    /** A sentence keeps the name of a file as it is, though sentences begin with small letters. */
    @Test
    void namesOfFilesKeepTheirCapitals() {
        FundirProcess.Outcome outcome = Command.run("merge", "Recipe.yml", "-m", "ties", "-o", outPath());
        assertTrue(outcome.err().startsWith("fundir: Recipe.yml is a recipe, "), outcome.err());
    }
}
