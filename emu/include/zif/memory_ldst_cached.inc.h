/*
 * Template: loads and stores through a MemoryRegionCache that take the pointer when there is one (CONTRACT L43-L54).
 * Include with ENDIANNESS defined as _le, _be or nothing (guest order); undefines it. No include guard.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define ZIF__NAME(op) ZIF__GLUE(ZIF__GLUE(address_space_##op, ENDIANNESS), _cached)
#define ZIF__SLOW(op) ZIF__GLUE(ZIF__GLUE(address_space_##op, ENDIANNESS), _cached_slow)
#define ZIF__HOST(op) ZIF__GLUE(ZIF__GLUE(zif__##op, ENDIANNESS), _p)
#define ZIF__LD(type, op, width)                                                                                       \
    static inline type ZIF__NAME(op)(MemoryRegionCache * cache, hwaddr addr, MemTxAttrs attrs, MemTxResult * result)   \
    {                                                                                                                  \
        zif__cache_check(cache, addr, width);                                                                          \
        if (__builtin_expect(!cache->ptr, 0)) {                                                                        \
            return ZIF__SLOW(op)(cache, addr, attrs, result);                                                          \
        }                                                                                                              \
        if (result) {                                                                                                  \
            *result = MEMTX_OK;                                                                                        \
        }                                                                                                              \
        return ZIF__HOST(op)((uint8_t *)cache->ptr + addr);                                                            \
    }
#define ZIF__ST(type, op, width)                                                                                       \
    static inline void ZIF__NAME(op)(MemoryRegionCache * cache, hwaddr addr, type val, MemTxAttrs attrs,               \
                                     MemTxResult * result)                                                             \
    {                                                                                                                  \
        zif__cache_check(cache, addr, width);                                                                          \
        if (__builtin_expect(!cache->ptr, 0)) {                                                                        \
            ZIF__SLOW(op)(cache, addr, val, attrs, result);                                                            \
            return;                                                                                                    \
        }                                                                                                              \
        if (result) {                                                                                                  \
            *result = MEMTX_OK;                                                                                        \
        }                                                                                                              \
        ZIF__HOST(op)((uint8_t *)cache->ptr + addr, val);                                                              \
    }

ZIF__LD(uint32_t, lduw, 2)
ZIF__LD(uint32_t, ldl, 4)
ZIF__LD(uint64_t, ldq, 8)
ZIF__ST(uint32_t, stw, 2)
ZIF__ST(uint32_t, stl, 4)
ZIF__ST(uint64_t, stq, 8)

#undef ZIF__LD
#undef ZIF__ST
#undef ZIF__NAME
#undef ZIF__SLOW
#undef ZIF__HOST
#undef ENDIANNESS
