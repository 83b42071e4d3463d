/* Each image format: what it loads, and the sentence for each way it can be wrong. See zif/image.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <elf.h>
#include <cmocka.h>
#include <zif/image.h>

static ZifImage *good(const void *data, size_t size)
{
    Error *err = NULL;
    ZifImage *image = zif_image_parse("app", data, size, NULL, &err);
    if (!image) {
        fail_msg("%s", error_get_pretty(err));
    }
    return image;
}

static ZifImage *good_text(const char *text)
{
    return good(text, strlen(text));
}

/* The image is refused and the sentence holds `words`. */
static void refused(const void *data, size_t size, const char *words)
{
    Error *err = NULL;
    ZifImage *image = zif_image_parse("app", data, size, NULL, &err);
    assert_null(image);
    if (!strstr(error_get_pretty(err), words)) {
        fail_msg("'%s' does not say '%s'", error_get_pretty(err), words);
    }
    error_free(err);
}

static void refused_text(const char *text, const char *words)
{
    refused(text, strlen(text), words);
}

static void assert_segment(const ZifImage *image, size_t n, uint32_t address, const char *bytes, size_t size,
                           uint64_t where)
{
    size_t count;
    const ZifSegment *s = zif_image_segments(image, &count);
    assert_true(n < count);
    assert_int_equal(s[n].address, address);
    assert_int_equal(s[n].size, size);
    assert_memory_equal(s[n].bytes, bytes, size);
    assert_int_equal(s[n].where, where);
}

#define HEX_END ":00000001FF\n"

static void hex_records_that_touch_become_one_segment(void **state)
{
    ZifImage *image = good_text(":020000040001F9\n:021000001122BB\n:021002003344"
                                "75\r\n:0110080055"
                                "92\n" HEX_END);
    size_t count;
    zif_image_segments(image, &count);
    assert_int_equal(count, 2);
    assert_segment(image, 0, 0x11000, "\x11\x22\x33\x44", 4, 2);
    assert_segment(image, 1, 0x11008, "\x55", 1, 4);
    zif_image_free(image);
}

static void hex_records_may_come_in_any_order(void **state)
{
    ZifImage *image = good_text(":0100010002FC\n:0100000001FE\n" HEX_END);
    assert_segment(image, 0, 0, "\x01", 1, 2);
    assert_segment(image, 1, 1, "\x02", 1, 1);
    zif_image_free(image);
}

static void hex_segment_addresses_wrap_within_64_kib(void **state)
{
    ZifImage *image = good_text(":020000021000EC\n:02FFFF00AABB9B\n" HEX_END);
    assert_segment(image, 0, 0x10000, "\xbb", 1, 2);
    assert_segment(image, 1, 0x1ffff, "\xaa", 1, 2);
    zif_image_free(image);
}

static void hex_linear_addresses_cross_64_kib(void **state)
{
    ZifImage *image = good_text(":020000040000FA\n:02FFFF00AABB9B\n" HEX_END);
    assert_segment(image, 0, 0xffff, "\xaa\xbb", 2, 2);
    zif_image_free(image);
}

static void hex_past_the_end_of_the_address_space_is_refused(void **state)
{
    refused_text(":02000004FFFFFC\n:02FFFF00AABB9B\n" HEX_END, "app, line 2: 2 bytes at address 0xffffffff reach past");
}

static void hex_start_records_give_the_entry(void **state)
{
    uint32_t entry;
    ZifImage *image = good_text(":0100000001FE\n:040000050001CCD951\n" HEX_END);
    assert_true(zif_image_entry(image, &entry));
    assert_int_equal(entry, 0x1ccd9);
    zif_image_free(image);
    image = good_text(":0100000001FE\n:0400000310000200E7\n" HEX_END);
    assert_true(zif_image_entry(image, &entry));
    assert_int_equal(entry, 0x10200);
    zif_image_free(image);
}

static void hex_without_an_end_record_is_truncated(void **state)
{
    refused_text(":0100000001FE\n", "app, line 1: truncated file");
}

static void hex_line_cut_short_is_named(void **state)
{
    refused_text(":0100000001FE\n:10000000AABB", "app, line 2: truncated record: 6 of its 21 bytes");
    refused_text(":0100000001FE\n:1", "app, line 2: truncated record");
}

static void hex_checksum_error_is_named(void **state)
{
    refused_text(":0100000001FF\n" HEX_END, "app, line 1: checksum is FF but the record needs FE");
}

static void hex_bad_lines_are_named(void **state)
{
    refused_text(":0100000001FE\nhello\n" HEX_END, "app, line 2: a record must begin with ':'");
    refused_text(":01000000G1FE\n" HEX_END, "app, line 1: a character is not a hexadecimal digit");
    refused_text(":0100000001FE00\n" HEX_END, "app, line 1: 2 characters after the end");
    refused_text(":0000000AF6\n" HEX_END, "app, line 1: record type 0A");
    refused_text(":0100000400FB\n" HEX_END, "app, line 1: a record of type 04 holds 2 bytes, not 1");
    refused_text(":0100000001FE\n" HEX_END ":0100000001FE\n", "app, line 3: more records after the end record");
}

static void hex_with_one_address_twice_is_refused(void **state)
{
    refused_text(":020000000102FB\n:0100010003FB\n" HEX_END,
                 "line 1 and line 2 overlap: both hold a byte for address 0x00000001");
}

static void hex_without_data_is_refused(void **state)
{
    refused_text(HEX_END, "holds no bytes");
}

static void srec_of_each_address_size_loads(void **state)
{
    ZifImage *image = good_text("S00600004844521B\nS1041000AA41\nS20501000010"
                                "E9\nS30620000000"
                                "01D8\nS5030003F9\nS70520000100D9\n");
    uint32_t entry;
    assert_segment(image, 0, 0x1000, "\xaa", 1, 2);
    assert_segment(image, 1, 0x10000, "\x10", 1, 3);
    assert_segment(image, 2, 0x20000000, "\x01", 1, 4);
    assert_true(zif_image_entry(image, &entry));
    assert_int_equal(entry, 0x20000100);
    zif_image_free(image);
}

static void srec_without_an_end_record_is_truncated(void **state)
{
    refused_text("S1041000AA41\n", "app, line 1: truncated file");
}

static void srec_bad_lines_are_named(void **state)
{
    refused_text("S1041000AA41\nS10410", "app, line 2: truncated record");
    refused_text("S1041000AA42\nS9030000FC\n", "app, line 1: checksum is 42 but the record needs 41");
    refused_text("S1041000AG41\n", "app, line 1: a character is not a hexadecimal digit");
    refused_text("S1041000AA41FF\n", "app, line 1: 2 characters after the end");
    refused_text("S1041000AA41\nS4030000FC\n", "app, line 2: record type S4 is reserved");
    refused_text("S1041000AA41\nX\n", "app, line 2: a record must begin with 'S'");
    refused_text("S1041000AA41\nS102"
                 "10ED\n",
                 "app, line 2: 2 bytes are too few for an S1 record");
    refused_text("S1041000AA41\nS9030000FC\nS9030000FC\n", "app, line 3: more records after the end record");
}

static void srec_with_a_missing_record_is_refused(void **state)
{
    refused_text("S1041000AA41\nS5030002FA\nS9030000FC\n", "announces 2 data records but holds 1");
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> 8 * i);
    }
}

static void uf2_block(uint8_t *b, uint32_t flags, uint32_t address, uint32_t number, uint32_t total, uint32_t family)
{
    memset(b, 0, 512);
    put32(b, 0x0a324655);
    put32(b + 4, 0x9e5d5157);
    put32(b + 8, flags);
    put32(b + 12, address);
    put32(b + 16, 256);
    put32(b + 20, number);
    put32(b + 24, total);
    put32(b + 28, family);
    memset(b + 32, (int)number + 1, 256);
    put32(b + 508, 0x0ab16f30);
}

static void uf2_blocks_load_at_their_addresses(void **state)
{
    uint8_t file[1024];
    uf2_block(file, 0x2000, 0x10000100, 1, 2, 0xe48bff56);
    uf2_block(file + 512, 0x2000, 0x10000000, 0, 2, 0xe48bff56);
    ZifImage *image = good(file, sizeof file);
    assert_int_equal(zif_image_format(image), ZIF_IMAGE_UF2);
    assert_segment(image, 0, 0x10000000, (const char *)file + 512 + 32, 256, 512 + 32);
    assert_segment(image, 1, 0x10000100, (const char *)file + 32, 256, 32);
    zif_image_free(image);
}

static void uf2_skips_blocks_that_are_not_for_flash(void **state)
{
    uint8_t file[1024];
    uf2_block(file, 0, 0x2000, 0, 2, 0);
    uf2_block(file + 512, 1, 0x3000, 1, 2, 0);
    ZifImage *image = good(file, sizeof file);
    size_t count;
    zif_image_segments(image, &count);
    assert_int_equal(count, 1);
    zif_image_free(image);
}

static void uf2_with_missing_blocks_is_truncated(void **state)
{
    uint8_t file[1024];
    uf2_block(file, 0, 0x2000, 0, 3, 0);
    uf2_block(file + 512, 0, 0x3000, 1, 3, 0);
    refused(file, 1024, "app, offset 0x400: truncated file: 2 of 3 blocks");
    refused(file, 700, "app, offset 0x200: truncated file: 188 bytes of a block of 512");
}

static void uf2_bad_blocks_are_named(void **state)
{
    uint8_t file[512];
    uf2_block(file, 0, 0x2000, 0, 1, 0);
    put32(file + 16, 477);
    refused(file, 512, "app, offset 0x0: a payload of 477 bytes (for address 0x00002000)");
    uf2_block(file, 0, 0x2000, 1, 1, 0);
    refused(file, 512, "app, offset 0x0: block number 1 of 1");
    uf2_block(file, 0x1000, 0x2000, 0, 1, 0);
    refused(file, 512, "this UF2 holds files");
    uf2_block(file, 0, 0x2000, 0, 1, 0);
    file[511] = 0;
    refused(file, 512, "wrong magic number");
}

static void uf2_for_another_processor_is_refused(void **state)
{
    uint8_t file[512];
    uf2_block(file, 0x2000, 0x2000, 0, 1, 0x1c5f21b0);
    refused(file, 512, "wrong architecture: built for ESP32 (Xtensa)");
}

typedef struct {
    Elf32_Ehdr header;
    Elf32_Phdr ph[2];
    uint8_t bytes[8];
} SmallElf;

static SmallElf small_elf(void)
{
    SmallElf e = { .header = { .e_type = ET_EXEC,
                               .e_machine = EM_ARM,
                               .e_version = EV_CURRENT,
                               .e_entry = 0x08000101,
                               .e_phoff = offsetof(SmallElf, ph),
                               .e_ehsize = sizeof(Elf32_Ehdr),
                               .e_phentsize = sizeof(Elf32_Phdr),
                               .e_phnum = 2 },
                   .ph = { { .p_type = PT_LOAD,
                             .p_offset = offsetof(SmallElf, bytes),
                             .p_vaddr = 0x20000000,
                             .p_paddr = 0x08000000,
                             .p_filesz = 8,
                             .p_memsz = 16 },
                           { .p_type = PT_LOAD, .p_vaddr = 0x20000100, .p_paddr = 0x20000100, .p_memsz = 0x1000 } },
                   .bytes = "\1\2\3\4\5\6\7" };
    memcpy(e.header.e_ident, ELFMAG, SELFMAG);
    e.header.e_ident[EI_CLASS] = ELFCLASS32;
    e.header.e_ident[EI_DATA] = ELFDATA2LSB;
    e.header.e_ident[EI_VERSION] = EV_CURRENT;
    return e;
}

static void elf_loads_file_bytes_at_physical_addresses(void **state)
{
    SmallElf e = small_elf();
    uint32_t entry;
    ZifImage *image = good(&e, sizeof e);
    size_t count;
    zif_image_segments(image, &count);
    assert_int_equal(count, 1);
    assert_segment(image, 0, 0x08000000, "\1\2\3\4\5\6\7\0", 8, offsetof(SmallElf, bytes));
    assert_true(zif_image_entry(image, &entry));
    assert_int_equal(entry, 0x08000100);
    zif_image_free(image);
}

static void elf_of_another_machine_is_refused(void **state)
{
    SmallElf e = small_elf();
    e.header.e_machine = EM_X86_64;
    refused(&e, sizeof e, "wrong architecture: this ELF is for x86-64, not for 32-bit ARM");
    e.header.e_machine = 0x1234;
    refused(&e, sizeof e, "wrong architecture: this ELF is for machine 4660");
    e = small_elf();
    e.header.e_ident[EI_CLASS] = ELFCLASS64;
    refused(&e, sizeof e, "not 32-bit");
    e = small_elf();
    e.header.e_ident[EI_DATA] = ELFDATA2MSB;
    e.header.e_machine = EM_ARM << 8;
    refused(&e, sizeof e, "wrong architecture: this ARM ELF is big-endian");
}

/* A small ELF with build attributes of these bytes behind "aeabi", tag File. */
static ZifImageArch arch_of(const char *attributes, uint8_t size, const char **name)
{
    struct {
        SmallElf elf;
        Elf32_Shdr sections[2];
        char section[64];
    } e = { .elf = small_elf() };
    uint8_t len = (uint8_t)(4 + 6 + 5 + size);
    e.elf.header.e_shoff = (uint32_t)((char *)e.sections - (char *)&e);
    e.elf.header.e_shentsize = sizeof(Elf32_Shdr);
    e.elf.header.e_shnum = 2;
    memcpy(e.section, (char[]){ 'A', (char)len, 0, 0, 0, 'a', 'e', 'a', 'b', 'i', 0, 1, (char)(5 + size), 0, 0, 0 },
           16);
    memcpy(e.section + 16, attributes, size);
    e.sections[1] = (Elf32_Shdr){ .sh_type = SHT_ARM_ATTRIBUTES, .sh_size = 1u + len };
    e.sections[1].sh_offset = (uint32_t)(e.section - (char *)&e);
    ZifImage *image = good(&e, sizeof e);
    ZifImageArch arch = zif_image_arch(image, name);
    zif_image_free(image);
    return arch;
}

static void elf_attributes_say_the_architecture(void **state)
{
    static const struct {
        const char *attributes;
        uint8_t size;
        ZifImageArch arch;
        const char *name;
    } table[] = {
        { "\6\13\7M\11\1", 6, ZIF_ARCH_V6M, "ARMv6-M" },
        { "\0056S-M\0\6\14\7M", 10, ZIF_ARCH_V6M, "ARMv6S-M" },
        { "\0057-M\0\6\12\7M", 9, ZIF_ARCH_V7M, "ARMv7-M" },
        { "\40\1gnu\0\103x\0\6\15\7M", 13, ZIF_ARCH_V7EM, "ARMv7E-M" },
        { "\6\12\7A", 4, ZIF_ARCH_OTHER, "ARMv7" },
        { "\6\20\7M", 4, ZIF_ARCH_OTHER, "ARMv8-M baseline" },
        { "\6\2\10\1", 4, ZIF_ARCH_OTHER, "ARMv4T" },
        { "\6\2\11\1", 4, ZIF_ARCH_ANY, "ARMv4T" },
        { "\6\177", 2, ZIF_ARCH_OTHER, "a later architecture" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *name;
        assert_int_equal(arch_of(table[i].attributes, table[i].size, &name), table[i].arch);
        assert_string_equal(name, table[i].name);
    }
}

static void elf_without_attributes_is_for_any_core(void **state)
{
    const char *name;
    SmallElf e = small_elf();
    ZifImage *image = good(&e, sizeof e);
    assert_int_equal(zif_image_arch(image, &name), ZIF_ARCH_ANY);
    zif_image_free(image);
    assert_int_equal(arch_of("\5unended", 8, &name), ZIF_ARCH_ANY);
    assert_int_equal(arch_of("\6\377\377", 3, &name), ZIF_ARCH_OTHER);
}

static void elf_cut_short_is_truncated(void **state)
{
    SmallElf e = small_elf();
    refused(&e, 20, "app, offset 0x14: truncated file");
    refused(&e, sizeof e.header + 10, "truncated file: its tables");
    refused(&e, sizeof e - 1, "truncated file: the 8 bytes for address 0x08000000");
    e.header.e_shoff = sizeof e;
    e.header.e_shnum = 1;
    e.header.e_shentsize = sizeof(Elf32_Shdr);
    refused(&e, sizeof e, "truncated file: its tables");
}

static void elf_that_is_not_linked_is_refused(void **state)
{
    SmallElf e = small_elf();
    e.header.e_type = ET_REL;
    refused(&e, sizeof e, "link it first");
}

static void elf_for_an_operating_system_is_refused(void **state)
{
    SmallElf e = small_elf();
    e.ph[1].p_type = PT_INTERP;
    refused(&e, sizeof e, "a program for an operating system");
}

static void elf_without_bytes_is_refused(void **state)
{
    SmallElf e = small_elf();
    e.ph[0].p_filesz = 0;
    refused(&e, sizeof e, "holds no bytes");
}

static void raw_needs_an_address(void **state)
{
    uint32_t address = 0x20000000;
    refused("\0\1\2", 3, "give raw bytes an address: app@ADDRESS");
    ZifImage *image = zif_image_parse("app", "\177ELF", 4, &address, NULL);
    assert_segment(image, 0, address, "\177ELF", 4, 0);
    assert_int_equal(zif_image_format(image), ZIF_IMAGE_RAW);
    zif_image_free(image);
}

static void empty_file_is_refused(void **state)
{
    refused("", 0, "the file is empty");
}

static void open_takes_an_address_behind_the_name(void **state)
{
    char path[] = "/tmp/zif-image-XXXXXX", spec[64];
    Error *err = NULL;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "xyz", 3), 3);
    close(fd);
    snprintf(spec, sizeof spec, "%s@0x1000", path);
    ZifImage *image = zif_image_open(spec, &err);
    assert_segment(image, 0, 0x1000, "xyz", 3, 0);
    assert_string_equal(zif_image_name(image), path);
    zif_image_free(image);
    snprintf(spec, sizeof spec, "%s@0x100000000", path);
    assert_null(zif_image_open(spec, &err));
    assert_non_null(strstr(error_get_pretty(err), "does not fit in 32 bits"));
    error_free(err);
    err = NULL;
    unlink(path);
    assert_null(zif_image_open(path, &err));
    assert_non_null(strstr(error_get_pretty(err), "cannot open the image: No such file"));
    error_free(err);
    err = NULL;
    assert_null(zif_image_open("/tmp", &err));
    assert_non_null(strstr(error_get_pretty(err), "cannot read the image: Is a directory"));
    error_free(err);
}

static size_t flash_of_4_bytes(void *opaque, uint32_t address, const uint8_t *bytes, size_t size)
{
    uint8_t *flash = opaque;
    size_t n = address >= 4 ? 0 : size < 4 - address ? size : 4 - address;
    if (n) {
        memcpy(flash + address, bytes, n);
    }
    return n;
}

static void load_names_the_first_byte_outside_any_memory(void **state)
{
    uint8_t flash[4] = { 0 };
    Error *err = NULL;
    ZifImage *image = good_text(":0300000001"
                                "0203F7\n:0300030004050"
                                "6EB\n" HEX_END);
    assert_false(zif_image_load(image, "board tiny", flash_of_4_bytes, flash, &err));
    assert_string_equal(error_get_pretty(err), "app, line 2: address 0x00000004 is outside any memory of board tiny");
    assert_memory_equal(flash, "\1\2\3\4", 4);
    error_free(err);
    zif_image_free(image);
}

static void images_that_overlap_are_refused(void **state)
{
    Error *err = NULL;
    ZifImage *a = good_text(":0400100001020304E2\n" HEX_END);
    ZifImage *b = good_text(":01001400"
                            "05E6\n" HEX_END);
    uint32_t address = 0x12;
    ZifImage *c = zif_image_parse("c", "x", 1, &address, NULL);
    assert_true(zif_image_disjoint(a, b, &err));
    assert_true(zif_image_disjoint(b, a, &err));
    assert_false(zif_image_disjoint(a, c, &err));
    assert_string_equal(error_get_pretty(err),
                        "images overlap: app, line 1 and c, offset 0x0 both hold a byte for address 0x00000012");
    error_free(err);
    zif_image_free(a);
    zif_image_free(b);
    zif_image_free(c);
}

static void where_names_line_or_offset(void **state)
{
    char buf[64];
    SmallElf e = small_elf();
    ZifImage *image = good(&e, sizeof e);
    assert_string_equal(zif_image_where(image, 0x08000003, buf, sizeof buf), "app, offset 0x77");
    assert_string_equal(zif_image_where(image, 0x08000008, buf, sizeof buf), "app");
    zif_image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_records_that_touch_become_one_segment),
        cmocka_unit_test(hex_records_may_come_in_any_order),
        cmocka_unit_test(hex_segment_addresses_wrap_within_64_kib),
        cmocka_unit_test(hex_linear_addresses_cross_64_kib),
        cmocka_unit_test(hex_past_the_end_of_the_address_space_is_refused),
        cmocka_unit_test(hex_start_records_give_the_entry),
        cmocka_unit_test(hex_without_an_end_record_is_truncated),
        cmocka_unit_test(hex_line_cut_short_is_named),
        cmocka_unit_test(hex_checksum_error_is_named),
        cmocka_unit_test(hex_bad_lines_are_named),
        cmocka_unit_test(hex_with_one_address_twice_is_refused),
        cmocka_unit_test(hex_without_data_is_refused),
        cmocka_unit_test(srec_of_each_address_size_loads),
        cmocka_unit_test(srec_without_an_end_record_is_truncated),
        cmocka_unit_test(srec_bad_lines_are_named),
        cmocka_unit_test(srec_with_a_missing_record_is_refused),
        cmocka_unit_test(uf2_blocks_load_at_their_addresses),
        cmocka_unit_test(uf2_skips_blocks_that_are_not_for_flash),
        cmocka_unit_test(uf2_with_missing_blocks_is_truncated),
        cmocka_unit_test(uf2_bad_blocks_are_named),
        cmocka_unit_test(uf2_for_another_processor_is_refused),
        cmocka_unit_test(elf_loads_file_bytes_at_physical_addresses),
        cmocka_unit_test(elf_of_another_machine_is_refused),
        cmocka_unit_test(elf_attributes_say_the_architecture),
        cmocka_unit_test(elf_without_attributes_is_for_any_core),
        cmocka_unit_test(elf_cut_short_is_truncated),
        cmocka_unit_test(elf_that_is_not_linked_is_refused),
        cmocka_unit_test(elf_for_an_operating_system_is_refused),
        cmocka_unit_test(elf_without_bytes_is_refused),
        cmocka_unit_test(raw_needs_an_address),
        cmocka_unit_test(empty_file_is_refused),
        cmocka_unit_test(open_takes_an_address_behind_the_name),
        cmocka_unit_test(load_names_the_first_byte_outside_any_memory),
        cmocka_unit_test(images_that_overlap_are_refused),
        cmocka_unit_test(where_names_line_or_offset),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
